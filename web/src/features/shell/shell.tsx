import { Outlet } from '@tanstack/react-router';

export default function Shell() {
  return (
    <div className="shell">
      <main className="shell-main">
        <Outlet />
      </main>
    </div>
  );
}
