-- What a company promises, as one list: its order matters, and it is read as a whole.
create table service_settings (
    tenant_id uuid not null,
    version bigint not null,
    policies jsonb not null,
    holiday_years jsonb not null,
    updated_at bigint not null,
    primary key (tenant_id)
);

-- Promises by priority become policies. Their ids are the same everywhere, as those that a company starts with.
insert into service_settings (tenant_id, version, policies, holiday_years, updated_at)
select t.tenant_id, 1,
    (select json_group_array(json_object(
        'id', d.id, 'version', 1, 'name', d.name, 'active', json('true'),
        'when', json_object('field', 'priority', 'op', 'eq', 'value', d.priority),
        'calendar_id', case when p.calendar_id is null then null else
            lower(substr(hex(p.calendar_id), 1, 8) || '-' || substr(hex(p.calendar_id), 9, 4) || '-'
                || substr(hex(p.calendar_id), 13, 4) || '-' || substr(hex(p.calendar_id), 17, 4) || '-'
                || substr(hex(p.calendar_id), 21)) end,
        'targets', json_object(
            'response', json_object('minutes', min(coalesce(p.response_minutes, d.response), 500000)),
            'resolution', json_object('minutes', min(coalesce(p.resolution_minutes, d.resolution), 500000))),
        'pauses', json('[{"categories":["waiting"],"reasons":["customer","vendor","access"],"metrics":["resolution"]}]')))
     from (select '00000000-0000-7000-8000-000000000001' as id, '紧急 · Critical' as name, 'critical' as priority, 30 as response, 240 as resolution
           union all select '00000000-0000-7000-8000-000000000002', '高 · High', 'high', 60, 480
           union all select '00000000-0000-7000-8000-000000000003', '普通 · Normal', 'normal', 120, 1440
           union all select '00000000-0000-7000-8000-000000000004', '低 · Low', 'low', 240, 2400) d
     left join sla_policies p on p.tenant_id = t.tenant_id and p.priority = d.priority),
    '[]', t.changed
from (select tenant_id, max(updated_at) as changed from sla_policies group by tenant_id) t;

drop table sla_policies;

-- Which holidays a calendar keeps, and the hours it had before.
alter table calendars add column holidays text;
alter table calendars add column history jsonb not null default '[]';

-- A copy of how a ticket's clocks stand, and what was told of them.
create table ticket_clocks (
    tenant_id uuid not null,
    ticket_id uuid not null,
    revision bigint not null,
    policy_id uuid,
    next_at bigint,
    clocks jsonb not null,
    told jsonb not null,
    updated_at bigint not null,
    primary key (tenant_id, ticket_id)
);
