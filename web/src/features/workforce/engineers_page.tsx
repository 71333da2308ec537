import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Form, Input, InputNumber } from 'antd';
import type { Stored } from '@/shared/api/types';
import type { CalendarValue } from '@/shared/calendar/calendar';
import { hoursText, standardWeek } from '@/shared/calendar/calendar';
import { CalendarEditor } from '@/shared/calendar/calendar_editor';
import type { Values } from '@/shared/fields/spec';
import { defineMessages, useMessages, type Label } from '@/shared/i18n';
import { choices } from '@/shared/labels';
import { useOwnList } from '@/shared/own_fields/own_list';
import { RefText } from '@/shared/records/ref_text';
import { RelatedTickets } from '@/shared/records/related';
import { ResourcePage } from '@/shared/records/resource_page';
import { getZone } from '@/shared/time';
import { Facts, StatusTag } from '@/shared/ui/texts';

interface Engineer extends Stored {
  name: string;
  phone?: string | null;
  user_id?: string | null;
  skills: { skill: string; level: number }[];
  home_address?: string | null;
  home_lat?: number | null;
  home_lng?: number | null;
  working_hours?: CalendarValue | null;
  region_id?: string | null;
  team_id?: string | null;
  status: string;
  note?: string | null;
  archived_at?: string | null;
  ext?: unknown;
}

const messages = defineMessages(
  {
    title: '工程师',
    create: '新建工程师',
    search: '搜索姓名、电话',
    emptyTitle: '还没有工程师',
    emptyHint: '登记工程师的技能、常驻位置和工作时间，系统才能推荐派单。',
    skills: '技能',
    addSkill: '添加技能',
    skill: '技能',
    level: '级别（1–5）',
    removeSkill: '移除技能',
    hours: '工作时间',
    phone: '电话',
    region: '区域',
    team: '团队',
    home: '常驻地址',
    user: '登录账号',
    monday: '周一',
    note: '备注',
  },
  {
    title: 'Engineers',
    create: 'New engineer',
    search: 'Search name, phone',
    emptyTitle: 'No engineers yet',
    emptyHint: 'Skills, home place and working hours let the system recommend who should go.',
    skills: 'Skills',
    addSkill: 'Add skill',
    skill: 'Skill',
    level: 'Level (1–5)',
    removeSkill: 'Remove the skill',
    hours: 'Working hours',
    phone: 'Phone',
    region: 'Region',
    team: 'Team',
    home: 'Home address',
    user: 'Sign-in',
    monday: 'Monday',
    note: 'Note',
  },
);
const l = (zh: string, en: string): Label => ({ zh, en });

function Extra() {
  const t = useMessages(messages);
  return (
    <>
      <Form.List name="skills">
        {(rows, { add, remove }) => (
          <Form.Item label={t('skills')}>
            {rows.map((row) => (
              <div key={row.key} className="row" style={{ marginBottom: 6, flexWrap: 'nowrap' }}>
                <Form.Item
                  name={[row.name, 'skill']}
                  noStyle
                  rules={[{ required: true, whitespace: true, message: t('skill') }]}
                >
                  <Input placeholder={t('skill')} aria-label={t('skill')} maxLength={100} />
                </Form.Item>
                <Form.Item name={[row.name, 'level']} noStyle>
                  <InputNumber min={1} max={5} precision={0} aria-label={t('level')} placeholder={t('level')} />
                </Form.Item>
                <Button
                  type="text"
                  icon={<DeleteOutlined />}
                  aria-label={t('removeSkill')}
                  onClick={() => remove(row.name)}
                />
              </div>
            ))}
            <Button size="small" icon={<PlusOutlined />} onClick={() => add({ level: 3 })}>
              {t('addSkill')}
            </Button>
          </Form.Item>
        )}
      </Form.List>
      <Form.Item name="working_hours" label={t('hours')}>
        <CalendarEditor />
      </Form.Item>
    </>
  );
}

export default function EngineersPage() {
  const t = useMessages(messages);
  const own = useOwnList<Engineer>('engineer');
  const skills = (row: Engineer) => (
    <span className="row" style={{ gap: 4 }}>
      {row.skills.map((one) => (
        <span key={one.skill} className="tag tag-new">
          {one.skill} {one.level}
        </span>
      ))}
    </span>
  );
  return (
    <ResourcePage<Engineer>
      title={t('title')}
      object="engineer"
      path="/api/v1/engineers"
      searchHint={t('search')}
      initial={{ status: 'active', skills: [], working_hours: standardWeek(getZone()) }}
      fields={[
        { name: 'name', label: l('姓名', 'Name'), kind: 'text', required: true, half: true },
        { name: 'phone', label: l('电话', 'Phone'), kind: 'phone', half: true },
        { name: 'user_id', label: l('登录账号', 'Sign-in'), kind: 'relation', of: 'user', half: true },
        { name: 'status', label: l('状态', 'Status'), kind: 'choice', choices: choices.engineerStatus, half: true },
        { name: 'team_id', label: l('团队', 'Team'), kind: 'relation', of: 'team', half: true },
        { name: 'region_id', label: l('区域', 'Region'), kind: 'relation', of: 'region', half: true },
        { name: 'home_address', label: l('常驻地址', 'Home address'), kind: 'text' },
        { name: 'home_lat', label: l('纬度', 'Latitude'), kind: 'number', min: -90, max: 90, half: true },
        { name: 'home_lng', label: l('经度', 'Longitude'), kind: 'number', min: -180, max: 180, half: true },
        { name: 'note', label: l('备注', 'Note'), kind: 'longtext' },
      ]}
      shape={(body: Values, values: Values) => ({
        ...body,
        ...(values['skills'] === undefined ? {} : { skills: values['skills'] }),
        ...(values['working_hours'] === undefined || values['working_hours'] === null
          ? {}
          : { working_hours: values['working_hours'] }),
      })}
      formExtra={() => <Extra />}
      extraValues={(row) => ({ skills: row.skills, working_hours: row.working_hours ?? standardWeek(getZone()) })}
      filters={[
        { id: 'name', label: l('姓名', 'name'), type: 'text' },
        { id: 'phone', label: l('电话', 'phone'), type: 'text' },
        { id: 'status', label: l('状态', 'status'), type: 'choice', choices: choices.engineerStatus },
        { id: 'team_id', label: l('团队', 'team'), type: 'id', of: 'team' },
        { id: 'region_id', label: l('区域', 'region'), type: 'id', of: 'region' },
        ...own.filters,
      ]}
      own="engineer"
      createLabel={t('create')}
      editLabel={(row) => row.name}
      permission={{ create: 'engineers.update', update: 'engineers.update' }}
      archive
      emptyTitle={t('emptyTitle')}
      emptyHint={t('emptyHint')}
      details={(row) => (
        <>
          <Facts
            items={[
              [t('phone'), row.phone],
              [t('skills'), skills(row)],
              [t('team'), <RefText key="t" of="team" id={row.team_id} />],
              [t('region'), <RefText key="r" of="region" id={row.region_id} />],
              [t('home'), row.home_address],
              [t('user'), <RefText key="u" of="user" id={row.user_id} />],
              [
                t('hours'),
                row.working_hours?.week[0] ? `${t('monday')} ${hoursText(row.working_hours.week[0])}` : undefined,
              ],
              [t('note'), row.note],
            ]}
          />
          <RelatedTickets field="engineer_id" id={row.id} />
        </>
      )}
      columns={[
        { key: 'name', title: l('姓名', 'Name'), sort: 'name', render: (row) => <strong>{row.name}</strong> },
        { key: 'phone', title: l('电话', 'Phone'), width: 150, render: (row) => row.phone ?? '—' },
        { key: 'skills', title: l('技能', 'Skills'), render: skills },
        {
          key: 'team',
          title: l('团队', 'Team'),
          width: 130,
          wide: true,
          render: (row) => <RefText of="team" id={row.team_id} />,
        },
        {
          key: 'region',
          title: l('区域', 'Region'),
          width: 130,
          wide: true,
          render: (row) => <RefText of="region" id={row.region_id} />,
        },
        {
          key: 'status',
          title: l('状态', 'Status'),
          width: 100,
          render: (row) => <StatusTag of={choices.engineerStatus} value={row.status} />,
        },
        ...own.columns,
      ]}
    />
  );
}
