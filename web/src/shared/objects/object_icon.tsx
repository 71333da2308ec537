/** The icons that objects can have, by name. */
import {
  AppstoreOutlined,
  AuditOutlined,
  BankOutlined,
  BookOutlined,
  BulbOutlined,
  CalendarOutlined,
  CarOutlined,
  CheckSquareOutlined,
  CloudOutlined,
  CustomerServiceOutlined,
  DatabaseOutlined,
  EnvironmentOutlined,
  ExperimentOutlined,
  FileTextOutlined,
  FireOutlined,
  FlagOutlined,
  FolderOutlined,
  FundOutlined,
  GiftOutlined,
  HomeOutlined,
  MedicineBoxOutlined,
  ProjectOutlined,
  QrcodeOutlined,
  ReadOutlined,
  RocketOutlined,
  SafetyOutlined,
  ScheduleOutlined,
  ShopOutlined,
  StarOutlined,
  TagOutlined,
  TeamOutlined,
  ThunderboltOutlined,
  ToolOutlined,
  TrophyOutlined,
  UserOutlined,
} from '@ant-design/icons';
import type { ComponentType } from 'react';
import type { Label } from '../i18n';

type Icon = ComponentType<{ 'aria-hidden'?: boolean }>;

const icon = (name: string, zh: string, en: string, draw: Icon) => ({ name, label: { zh, en }, draw });

const ALL = [
  icon('box', '通用', 'General', AppstoreOutlined),
  icon('project', '项目', 'Project', ProjectOutlined),
  icon('opportunity', '商机', 'Opportunity', FundOutlined),
  icon('vehicle', '车辆', 'Vehicle', CarOutlined),
  icon('inspection', '检验', 'Inspection', AuditOutlined),
  icon('course', '课程', 'Course', ReadOutlined),
  icon('ticket', '工单', 'Ticket', FileTextOutlined),
  icon('customer', '客户', 'Customer', UserOutlined),
  icon('device', '设备', 'Device', QrcodeOutlined),
  icon('team', '团队', 'Team', TeamOutlined),
  icon('tool', '工具', 'Tool', ToolOutlined),
  icon('building', '建筑', 'Building', BankOutlined),
  icon('home', '房屋', 'Home', HomeOutlined),
  icon('shop', '门店', 'Shop', ShopOutlined),
  icon('place', '地点', 'Place', EnvironmentOutlined),
  icon('calendar', '日程', 'Calendar', CalendarOutlined),
  icon('schedule', '排班', 'Schedule', ScheduleOutlined),
  icon('check', '检查', 'Check', CheckSquareOutlined),
  icon('safety', '安全', 'Safety', SafetyOutlined),
  icon('fire', '消防', 'Fire', FireOutlined),
  icon('power', '电力', 'Power', ThunderboltOutlined),
  icon('medical', '医疗', 'Medical', MedicineBoxOutlined),
  icon('experiment', '实验', 'Experiment', ExperimentOutlined),
  icon('cloud', '云', 'Cloud', CloudOutlined),
  icon('database', '数据', 'Data', DatabaseOutlined),
  icon('folder', '文件夹', 'Folder', FolderOutlined),
  icon('book', '手册', 'Book', BookOutlined),
  icon('bulb', '想法', 'Idea', BulbOutlined),
  icon('support', '支持', 'Support', CustomerServiceOutlined),
  icon('flag', '旗帜', 'Flag', FlagOutlined),
  icon('gift', '礼品', 'Gift', GiftOutlined),
  icon('rocket', '火箭', 'Rocket', RocketOutlined),
  icon('star', '星标', 'Star', StarOutlined),
  icon('tag', '标签', 'Tag', TagOutlined),
  icon('trophy', '奖杯', 'Trophy', TrophyOutlined),
];

const BY_NAME = new Map(ALL.map((one) => [one.name, one.draw]));

/** What somebody can choose from. */
export const OBJECT_ICONS: readonly { name: string; label: Label }[] = ALL;

/** The icon of an object; a box for names nobody knows. */
export function ObjectIcon({ name }: { name?: string | null | undefined }) {
  const Draw = BY_NAME.get(name ?? '') ?? AppstoreOutlined;
  return <Draw aria-hidden />;
}
