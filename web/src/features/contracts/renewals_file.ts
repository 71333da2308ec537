/** What ends soon as a file that spreadsheets open; the list comes whole, so that nothing is asked of the server again. */
import type { components } from '@/shared/api/schema';
import { toMajor } from '@/shared/money';

type Renewal = components['schemas']['Renewal'];

/** A cell as CSV has it. What a spreadsheet would take for a formula is kept from being one. */
function cell(value: string | number | null | undefined): string {
  if (typeof value === 'number') return String(value);
  const text = value ?? '';
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The columns, each with its heading. */
export type Headings = Record<
  'kind' | 'what' | 'name' | 'customer' | 'endsOn' | 'left' | 'age' | 'tickets' | 'cost' | 'currency' | 'lead',
  string
>;

export function renewalsCsv(
  rows: readonly Renewal[],
  heads: Headings,
  kindOf: (kind: Renewal['kind']) => string,
): string {
  const lines = [
    Object.values(heads),
    ...rows.map((row) => [
      kindOf(row.kind),
      row.kind === 'contract' ? row.contract_number : row.serial_number,
      row.kind === 'contract' ? row.contract_name : row.product_name,
      row.customer_name,
      row.ends_on,
      row.days_left,
      row.device_age_years,
      row.tickets_12m,
      row.cost_12m_minor === null ? null : toMajor(row.cost_12m_minor, row.currency ?? 'CNY'),
      row.currency,
      row.offered_order_number,
    ]),
  ];
  // With its mark, so that Excel reads Chinese; lines end as the format says.
  return `\uFEFF${lines.map((line) => line.map(cell).join(',')).join('\r\n')}\r\n`;
}

export function saveCsv(text: string, name: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
