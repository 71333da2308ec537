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
import type { ReactNode } from 'react';
import type { Label } from '../i18n';

const icon = (name: string, zh: string, en: string, draw: ReactNode) => ({ name, label: { zh, en }, draw });

const ALL = [
  icon('box', '通用', 'General', <AppstoreOutlined aria-hidden />),
  icon('project', '项目', 'Project', <ProjectOutlined aria-hidden />),
  icon('opportunity', '商机', 'Opportunity', <FundOutlined aria-hidden />),
  icon('vehicle', '车辆', 'Vehicle', <CarOutlined aria-hidden />),
  icon('inspection', '检验', 'Inspection', <AuditOutlined aria-hidden />),
  icon('course', '课程', 'Course', <ReadOutlined aria-hidden />),
  icon('ticket', '工单', 'Ticket', <FileTextOutlined aria-hidden />),
  icon('customer', '客户', 'Customer', <UserOutlined aria-hidden />),
  icon('device', '设备', 'Device', <QrcodeOutlined aria-hidden />),
  icon('team', '团队', 'Team', <TeamOutlined aria-hidden />),
  icon('tool', '工具', 'Tool', <ToolOutlined aria-hidden />),
  icon('building', '建筑', 'Building', <BankOutlined aria-hidden />),
  icon('home', '房屋', 'Home', <HomeOutlined aria-hidden />),
  icon('shop', '门店', 'Shop', <ShopOutlined aria-hidden />),
  icon('place', '地点', 'Place', <EnvironmentOutlined aria-hidden />),
  icon('calendar', '日程', 'Calendar', <CalendarOutlined aria-hidden />),
  icon('schedule', '排班', 'Schedule', <ScheduleOutlined aria-hidden />),
  icon('check', '检查', 'Check', <CheckSquareOutlined aria-hidden />),
  icon('safety', '安全', 'Safety', <SafetyOutlined aria-hidden />),
  icon('fire', '消防', 'Fire', <FireOutlined aria-hidden />),
  icon('power', '电力', 'Power', <ThunderboltOutlined aria-hidden />),
  icon('medical', '医疗', 'Medical', <MedicineBoxOutlined aria-hidden />),
  icon('experiment', '实验', 'Experiment', <ExperimentOutlined aria-hidden />),
  icon('cloud', '云', 'Cloud', <CloudOutlined aria-hidden />),
  icon('database', '数据', 'Data', <DatabaseOutlined aria-hidden />),
  icon('folder', '文件夹', 'Folder', <FolderOutlined aria-hidden />),
  icon('book', '手册', 'Book', <BookOutlined aria-hidden />),
  icon('bulb', '想法', 'Idea', <BulbOutlined aria-hidden />),
  icon('support', '支持', 'Support', <CustomerServiceOutlined aria-hidden />),
  icon('flag', '旗帜', 'Flag', <FlagOutlined aria-hidden />),
  icon('gift', '礼品', 'Gift', <GiftOutlined aria-hidden />),
  icon('rocket', '火箭', 'Rocket', <RocketOutlined aria-hidden />),
  icon('star', '星标', 'Star', <StarOutlined aria-hidden />),
  icon('tag', '标签', 'Tag', <TagOutlined aria-hidden />),
  icon('trophy', '奖杯', 'Trophy', <TrophyOutlined aria-hidden />),
];

const BY_NAME = new Map(ALL.map((one) => [one.name, one.draw]));

/** What somebody can choose from. */
export const OBJECT_ICONS: readonly { name: string; label: Label }[] = ALL;

/** The icon of an object; a box for names nobody knows. */
export function ObjectIcon({ name }: { name?: string | null | undefined }) {
  return BY_NAME.get(name ?? '') ?? <AppstoreOutlined aria-hidden />;
}
