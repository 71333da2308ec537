-- The wall stands for the owner too; the nil tenant is the platform itself.
select set_config('app.tenant', '00000000-0000-0000-0000-000000000000', true);
update roles set permissions = permissions || '{"objects.manage": "all", "personal_data.read": "all"}'::jsonb
    where built_in and key = 'admin';
update roles set permissions = permissions || '{"personal_data.read": "all"}'::jsonb
    where built_in and key in ('manager', 'auditor');
