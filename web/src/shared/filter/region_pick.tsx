import { RegionInput } from '../form_view/inputs/region';

/** Picks a region to filter by; what is kept is the beginning that all codes inside of it share. */
export default function RegionPick({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}) {
  return (
    <RegionInput
      id="filter-region"
      label={label}
      value={value === undefined ? null : value.padEnd(6, '0')}
      disabled={false}
      invalid={false}
      describedBy={undefined}
      onLeave={() => undefined}
      onChange={(code) => onChange(typeof code === 'string' ? shared(code) : undefined)}
    />
  );
}

function shared(code: string): string {
  if (code.endsWith('0000')) return code.slice(0, 2);
  return code.endsWith('00') ? code.slice(0, 4) : code;
}
