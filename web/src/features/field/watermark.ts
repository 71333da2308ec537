/** What stands on a photo: when, where, and for which job. */
import { getZone, zoned } from '@/shared/time';
import { translate, type Locale } from '@/shared/i18n';
import type { Paint } from '@/shared/media/picture';
import { field } from './messages';
import type { Place } from './place';

export interface WatermarkFacts {
  takenAt: Date;
  place: Place;
  ticketNumber: string;
  visitNumber: string;
  engineer: string;
}

/** The lines, first the job, then the time with its zone, then the place or that it is unknown. */
export function watermarkLines(facts: WatermarkFacts, locale?: Locale): string[] {
  const { lat, lng, accuracy_metres: accuracy } = facts.place;
  const numbers = [facts.ticketNumber, facts.visitNumber, facts.engineer].filter((part) => part !== '').join(' · ');
  const time = `${zoned(facts.takenAt).format('YYYY-MM-DD HH:mm:ss')} ${getZone()}`;
  if (lat === undefined || lng === undefined)
    return [numbers, time, translate(field, 'placeUnknown', undefined, locale)];
  const exact = accuracy === undefined ? '' : ` ±${Math.round(accuracy)} m`;
  const north = `${Math.abs(lat).toFixed(5)}°${lat < 0 ? 'S' : 'N'}`;
  const east = `${Math.abs(lng).toFixed(5)}°${lng < 0 ? 'W' : 'E'}`;
  return [numbers, time, `${north} ${east}${exact}`];
}

/** Writes the lines at the foot of a picture, light on a dark band, as wide as the picture allows. */
export function watermark(lines: readonly string[]): Paint {
  return (context, width, height) => {
    const family = 'system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans SC", sans-serif';
    const margin = Math.round(width * 0.025);
    let size = Math.max(10, Math.round(Math.min(width, height) / 28));
    const widest = () => {
      context.font = `600 ${size}px ${family}`;
      return Math.max(...lines.map((line) => context.measureText(line).width));
    };
    while (size > 8 && widest() > width - 2 * margin) size -= 1;
    const step = Math.round(size * 1.4);
    const band = step * lines.length + margin;
    context.fillStyle = 'rgba(0, 0, 0, 0.6)';
    context.fillRect(0, height - band, width, band);
    context.fillStyle = '#ffffff';
    context.textBaseline = 'middle';
    for (const [index, line] of lines.entries()) {
      context.fillText(line, margin, height - band + margin / 2 + step * (index + 0.5));
    }
  };
}
