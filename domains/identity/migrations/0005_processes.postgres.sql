-- Companies that exist get what the shipped roles may do with processes and their tasks.
-- The wall stands for the owner too; the nil tenant is the platform itself.
select set_config('app.tenant', '00000000-0000-0000-0000-000000000000', true);
update roles set permissions = permissions || '{"processes.read": "all", "processes.design": "all", "processes.publish": "all", "processes.operate": "all", "tasks.read": "all", "tasks.work": "all"}'::jsonb
    where built_in and key = 'admin';
update roles set permissions = permissions || '{"processes.read": "all", "processes.design": "all", "processes.operate": "all", "tasks.read": "all", "tasks.work": "all"}'::jsonb
    where built_in and key = 'manager';
update roles set permissions = permissions || '{"processes.read": "all", "tasks.read": "all", "tasks.work": "all"}'::jsonb
    where built_in and key = 'dispatcher';
update roles set permissions = permissions || '{"processes.read": "all", "tasks.read": "team", "tasks.work": "team"}'::jsonb
    where built_in and key = 'agent';
update roles set permissions = permissions || '{"tasks.read": "team", "tasks.work": "team"}'::jsonb
    where built_in and key = 'engineer';
update roles set permissions = permissions || '{"tasks.read": "team", "tasks.work": "team"}'::jsonb
    where built_in and key = 'finance';
update roles set permissions = permissions || '{"processes.read": "all", "tasks.read": "all"}'::jsonb
    where built_in and key = 'auditor';
