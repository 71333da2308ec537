-- Companies that exist get what the shipped roles may do with processes and their tasks.
update roles set permissions = json_set(permissions, '$."processes.read"', 'all', '$."processes.design"', 'all', '$."processes.publish"', 'all', '$."processes.operate"', 'all', '$."tasks.read"', 'all', '$."tasks.work"', 'all')
    where built_in and key = 'admin';
update roles set permissions = json_set(permissions, '$."processes.read"', 'all', '$."processes.design"', 'all', '$."processes.operate"', 'all', '$."tasks.read"', 'all', '$."tasks.work"', 'all')
    where built_in and key = 'manager';
update roles set permissions = json_set(permissions, '$."processes.read"', 'all', '$."tasks.read"', 'all', '$."tasks.work"', 'all')
    where built_in and key = 'dispatcher';
update roles set permissions = json_set(permissions, '$."processes.read"', 'all', '$."tasks.read"', 'team', '$."tasks.work"', 'team')
    where built_in and key = 'agent';
update roles set permissions = json_set(permissions, '$."tasks.read"', 'team', '$."tasks.work"', 'team')
    where built_in and key = 'engineer';
update roles set permissions = json_set(permissions, '$."tasks.read"', 'team', '$."tasks.work"', 'team')
    where built_in and key = 'finance';
update roles set permissions = json_set(permissions, '$."processes.read"', 'all', '$."tasks.read"', 'all')
    where built_in and key = 'auditor';
