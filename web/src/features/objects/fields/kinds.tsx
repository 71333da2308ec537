/** The kinds of fields as the palette offers them: icon, group, and what a new one begins with. */
import {
  AlignLeftOutlined,
  BarcodeOutlined,
  CalculatorOutlined,
  CalendarOutlined,
  CheckCircleOutlined,
  CheckSquareOutlined,
  ClockCircleOutlined,
  DownCircleOutlined,
  EditOutlined,
  EnvironmentOutlined,
  FieldBinaryOutlined,
  FieldNumberOutlined,
  FieldTimeOutlined,
  FileTextOutlined,
  FontSizeOutlined,
  FunctionOutlined,
  GlobalOutlined,
  HistoryOutlined,
  HourglassOutlined,
  IdcardOutlined,
  LinkOutlined,
  MailOutlined,
  NodeIndexOutlined,
  OrderedListOutlined,
  PaperClipOutlined,
  PercentageOutlined,
  PhoneOutlined,
  PictureOutlined,
  PayCircleOutlined,
  SearchOutlined,
  StarOutlined,
  TableOutlined,
  TeamOutlined,
  UserOutlined,
  VideoCameraOutlined,
} from '@ant-design/icons';
import type { ReactNode } from 'react';
import { getLocale } from '@/shared/i18n';
import { isComputed } from '@/shared/form_view/kinds';
import type { KindName } from '@/shared/form_view/types';
import { ruleType, type ChoiceOption, type FieldKind, type Label, type ResultType } from '@/shared/form_types';

interface KindInfo {
  icon: ReactNode;
  /** A new field of this kind. */
  make: (currency: string) => FieldKind;
}

const l = (zh: string, en: string): Label => ({ zh, en });

/** Colours that keep their contrast as a tag in both themes. */
export const COLORS = [
  '#1677ff',
  '#13a8a8',
  '#389e0d',
  '#7cb305',
  '#d48806',
  '#d46b08',
  '#cf1322',
  '#c41d7f',
  '#722ed1',
  '#2f54eb',
  '#595959',
  '#8c6d46',
] as const;

export function newOption(taken: readonly ChoiceOption[]): ChoiceOption {
  const ids = new Set(taken.map((option) => option.id));
  let count = taken.length + 1;
  while (ids.has(`option_${count}`)) count += 1;
  const color = COLORS[taken.length % COLORS.length];
  return { id: `option_${count}`, label: { zh: '', en: '' }, ...(color ? { color } : {}) };
}

/** In the person's own language only: the other one shows the same until somebody writes it. */
function named(zh: string, en: string): Label {
  return getLocale() === 'en' ? { zh: '', en } : { zh, en: '' };
}

function twoOptions(): ChoiceOption[] {
  const first = { ...newOption([]), label: named('选项 1', 'Option 1') };
  return [first, { ...newOption([first]), label: named('选项 2', 'Option 2') }];
}

export const KINDS: Readonly<Record<KindName, KindInfo>> = {
  text: { icon: <FontSizeOutlined />, make: () => ({ type: 'text' }) },
  long_text: { icon: <AlignLeftOutlined />, make: () => ({ type: 'long_text' }) },
  rich_text: { icon: <FileTextOutlined />, make: () => ({ type: 'rich_text' }) },
  phone: { icon: <PhoneOutlined />, make: () => ({ type: 'phone' }) },
  email: { icon: <MailOutlined />, make: () => ({ type: 'email' }) },
  url: { icon: <LinkOutlined />, make: () => ({ type: 'url' }) },
  id_number: { icon: <IdcardOutlined />, make: () => ({ type: 'id_number' }) },
  barcode: { icon: <BarcodeOutlined />, make: () => ({ type: 'barcode' }) },
  integer: { icon: <FieldNumberOutlined />, make: () => ({ type: 'integer' }) },
  decimal: { icon: <FieldBinaryOutlined />, make: () => ({ type: 'decimal', scale: 2 }) },
  money: {
    icon: <PayCircleOutlined />,
    make: (currency) => ({ type: 'money', currency }),
  },
  percent: { icon: <PercentageOutlined />, make: () => ({ type: 'percent', scale: 2 }) },
  duration: { icon: <HourglassOutlined />, make: () => ({ type: 'duration' }) },
  rating: { icon: <StarOutlined />, make: () => ({ type: 'rating', max: 5 }) },
  auto_number: {
    icon: <OrderedListOutlined />,
    make: () => ({ type: 'auto_number', prefix: '', digits: 4 }),
  },
  date: { icon: <CalendarOutlined />, make: () => ({ type: 'date' }) },
  time: { icon: <ClockCircleOutlined />, make: () => ({ type: 'time' }) },
  date_time: { icon: <FieldTimeOutlined />, make: () => ({ type: 'date_time' }) },
  boolean: { icon: <CheckCircleOutlined />, make: () => ({ type: 'boolean' }) },
  choice: {
    icon: <DownCircleOutlined />,
    make: () => ({ type: 'choice', options: twoOptions() }),
  },
  choices: {
    icon: <CheckSquareOutlined />,
    make: () => ({ type: 'choices', options: twoOptions() }),
  },
  region: { icon: <GlobalOutlined />, make: () => ({ type: 'region' }) },
  person: { icon: <UserOutlined />, make: () => ({ type: 'person' }) },
  team: { icon: <TeamOutlined />, make: () => ({ type: 'team' }) },
  relation: {
    icon: <NodeIndexOutlined />,
    make: () => ({ type: 'relation', object: 'customer' }),
  },
  attachment: {
    icon: <PaperClipOutlined />,
    make: () => ({ type: 'attachment', many: true }),
  },
  image: { icon: <PictureOutlined />, make: () => ({ type: 'image', many: true }) },
  media: { icon: <VideoCameraOutlined />, make: () => ({ type: 'media' }) },
  signature: { icon: <EditOutlined />, make: () => ({ type: 'signature' }) },
  location: { icon: <EnvironmentOutlined />, make: () => ({ type: 'location' }) },
  sub_table: {
    icon: <TableOutlined />,
    make: () => ({
      type: 'sub_table',
      fields: [{ id: 'name', kind: { type: 'text' }, label: named('名称', 'Name') }],
    }),
  },
  formula: {
    icon: <FunctionOutlined />,
    make: () => ({ type: 'formula', expression: '', result: 'number' }),
  },
  roll_up: {
    icon: <CalculatorOutlined />,
    make: () => ({ type: 'roll_up', object: '', relation: '', function: 'count' }),
  },
  look_up: {
    icon: <SearchOutlined />,
    make: () => ({ type: 'look_up', relation: '', field: '', result: 'text' }),
  },
  system: {
    icon: <HistoryOutlined />,
    make: () => ({ type: 'system', of: 'created_at' }),
  },
};

export const GROUPS: readonly { key: string; name: Label; kinds: readonly KindName[] }[] = [
  { key: 'common', name: l('常用', 'Common'), kinds: ['text', 'long_text', 'integer', 'date', 'choice', 'boolean'] },
  {
    key: 'text',
    name: l('文本', 'Text'),
    kinds: ['rich_text', 'phone', 'email', 'url', 'id_number', 'barcode', 'auto_number'],
  },
  { key: 'number', name: l('数字', 'Numbers'), kinds: ['decimal', 'money', 'percent', 'duration', 'rating'] },
  { key: 'time', name: l('时间与选择', 'Times and choices'), kinds: ['time', 'date_time', 'choices', 'region'] },
  {
    key: 'link',
    name: l('人员与关联', 'People and relations'),
    kinds: ['person', 'team', 'relation', 'look_up', 'roll_up'],
  },
  {
    key: 'file',
    name: l('文件与位置', 'Files and places'),
    kinds: ['attachment', 'image', 'media', 'signature', 'location'],
  },
  { key: 'more', name: l('高级', 'Advanced'), kinds: ['sub_table', 'formula', 'system'] },
];

/** What rows are replaced as a whole with, so that nothing can hang on a single cell. */
export const COLUMN_KINDS: readonly KindName[] = (Object.keys(KINDS) as KindName[]).filter(
  (kind) => !['sub_table', 'auto_number', 'roll_up', 'look_up', 'system'].includes(kind),
);

/** Whether lists can filter and sort by it, and records be told apart by it. */
export function isIndexable(kind: FieldKind): boolean {
  return ruleType(kind) !== undefined && !['long_text', 'rich_text', 'url'].includes(kind.type);
}

export function hasDefault(kind: FieldKind): boolean {
  if (kind.type === 'relation') return kind.many !== true && kind.object !== '';
  return (
    !isComputed(kind) && !['sub_table', 'attachment', 'image', 'media', 'signature', 'location'].includes(kind.type)
  );
}

/** The type under which a look-up holds a value of this kind. */
export function resultOf(kind: FieldKind): ResultType {
  if (kind.type === 'money') return 'money';
  const type = ruleType(kind);
  switch (type) {
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
    case 'date':
    case 'time':
      return type;
    default:
      return 'text';
  }
}
