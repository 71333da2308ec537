export default function CockpitPage() {
  return <div className="page" />;
}
