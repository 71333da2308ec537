-- The wall stands for the owner too; the nil tenant is the platform itself.
select set_config('app.tenant', '00000000-0000-0000-0000-000000000000', true);
update roles set permissions = permissions || '{"customers.merge": "all", "orders.read": "all", "orders.create": "all", "orders.update": "all", "personal_data.export": "all", "personal_data.erase": "all"}'::jsonb
    where built_in and key = 'admin';
update roles set permissions = permissions || '{"customers.merge": "all", "orders.read": "all", "orders.create": "all", "orders.update": "all", "personal_data.export": "all"}'::jsonb
    where built_in and key = 'manager';
update roles set permissions = permissions || '{"customers.merge": "all", "orders.read": "all", "orders.create": "all", "orders.update": "all"}'::jsonb
    where built_in and key = 'agent';
update roles set permissions = permissions || '{"orders.read": "all", "orders.create": "all", "orders.update": "all"}'::jsonb
    where built_in and key = 'finance';
update roles set permissions = permissions || '{"orders.read": "all"}'::jsonb
    where built_in and key = 'auditor';
