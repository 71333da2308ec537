update roles set permissions = json_set(permissions, '$."objects.manage"', 'all', '$."personal_data.read"', 'all')
    where built_in and key = 'admin';
update roles set permissions = json_set(permissions, '$."personal_data.read"', 'all')
    where built_in and key in ('manager', 'auditor');
