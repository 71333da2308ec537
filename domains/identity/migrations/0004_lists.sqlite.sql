update roles set permissions = json_set(json_remove(permissions, '$."import.run"'), '$."data.import"', 'all')
    where permissions->>'$."import.run"' is not null;
update roles set permissions = json_set(permissions, '$."views.share"', 'all', '$."data.export"', 'all')
    where built_in and key in ('admin', 'manager');
update roles set permissions = json_set(permissions, '$."data.export"', 'all')
    where built_in and key in ('dispatcher', 'finance', 'auditor');
