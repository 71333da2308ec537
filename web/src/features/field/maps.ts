/** Addresses that open a map with the way to the customer. */

export interface Target {
  lat: number | null;
  lng: number | null;
  address: string | null;
  name: string;
}

/** The map of the phone itself: Apple's on its phones, whatever answers `geo:` elsewhere. */
export function phoneMap(target: Target, agent: string = navigator.userAgent): string | undefined {
  const { lat, lng, address } = target;
  const place = lat !== null && lng !== null ? `${lat},${lng}` : undefined;
  const query = place ?? address ?? undefined;
  if (query === undefined) return undefined;
  if (/iPhone|iPad|Macintosh/.test(agent)) return `https://maps.apple.com/?daddr=${encodeURIComponent(query)}`;
  const label = place ? `${place}(${target.name})` : query;
  return `geo:${place ?? '0,0'}?q=${encodeURIComponent(label)}`;
}

/** Amap in the browser, which opens the app when it is installed. Our coordinates are WGS 84. */
export function amap(target: Target): string | undefined {
  const { lat, lng, address, name } = target;
  if (lat !== null && lng !== null) {
    const query = new URLSearchParams({
      to: `${lng},${lat},${name}`,
      mode: 'car',
      coordinate: 'wgs84',
      callnative: '1',
    });
    return `https://uri.amap.com/navigation?${query.toString()}`;
  }
  if (!address) return undefined;
  return `https://uri.amap.com/search?${new URLSearchParams({ keyword: address, callnative: '1' }).toString()}`;
}

export function telephone(number: string): string {
  return `tel:${number.replaceAll(/[^\d+*#]/g, '')}`;
}
