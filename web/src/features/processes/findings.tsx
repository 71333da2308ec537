/** What the check found: marked on the elements, and listed with a way to each. */
import { CheckCircleOutlined, ExclamationCircleOutlined, WarningOutlined } from '@ant-design/icons';
import { useMessages } from '@/shared/i18n';
import type { Finding, Verdict } from './catalogue';
import { nameOf, type Diagram } from './diagram/model';
import { words } from './messages';

const OVERLAY = 'finding';

/** Puts a mark on each element something is said about; answers how they are taken away again. */
export function drawFindings(diagram: Diagram, verdict: Verdict, onShow: (id: string) => void): () => void {
  const [canvas, overlays, registry] = [diagram.get('canvas'), diagram.get('overlays'), diagram.get('elementRegistry')];
  const marked: string[] = [];
  const draw = (finding: Finding, wrong: boolean) => {
    const id = finding.element;
    if (!id || !registry.get(id) || marked.includes(id) || registry.get(id)?.type === 'bpmn:Process') return;
    const badge = document.createElement('button');
    badge.type = 'button';
    badge.className = wrong ? 'finding-badge' : 'finding-badge warning';
    badge.textContent = '!';
    badge.title = finding.reason;
    badge.setAttribute('aria-label', finding.reason);
    badge.addEventListener('click', () => onShow(id));
    overlays.add(id, OVERLAY, { position: { top: -12, right: 12 }, html: badge });
    if (wrong) canvas.addMarker(id, 'mark-wrong');
    marked.push(id);
  };
  for (const finding of verdict.refusals) draw(finding, true);
  for (const finding of verdict.warnings) draw(finding, false);
  return () => {
    // The drawing may be gone by now, and its marks with it.
    try {
      overlays.remove({ type: OVERLAY });
      for (const id of marked) if (registry.get(id)) canvas.removeMarker(id, 'mark-wrong');
    } catch {
      marked.length = 0;
    }
  };
}

const MANNED = ['assignee', 'candidateUsers', 'candidateTeams', 'candidateRoles'];

/** Human steps for which nobody is named, neither there nor by a lane. */
export function unmanned(diagram: Diagram, reason: string): Finding[] {
  const all = diagram.get('elementRegistry').filter((one) => one.type === 'bpmn:UserTask');
  return all
    .filter(({ businessObject: task }) => !MANNED.some((name) => task.get(`aftersail:${name}`)))
    .filter(({ businessObject: task }) => (task.get<unknown[] | undefined>('lanes') ?? []).length === 0)
    .map(({ id }) => ({ element: id, rule: 'nobody', reason }));
}

export function FindingList({
  verdict,
  diagram,
  onShow,
}: {
  verdict: Verdict | undefined;
  diagram: Diagram | undefined;
  onShow: (id: string) => void;
}) {
  const t = useMessages(words);
  if (!verdict || !diagram) return null;
  const registry = diagram.get('elementRegistry');
  const all = [
    ...verdict.refusals.map((finding) => ({ finding, wrong: true })),
    ...verdict.warnings.map((finding) => ({ finding, wrong: false })),
  ];
  return (
    <section className="finding-list" aria-label={t('findings')}>
      {all.length === 0 ? (
        <span>
          <CheckCircleOutlined /> {t('sound')}
        </span>
      ) : (
        <>
          <strong>
            {[
              verdict.refusals.length > 0 && t('nRefusals', { n: verdict.refusals.length }),
              verdict.warnings.length > 0 && t('nWarnings', { n: verdict.warnings.length }),
            ]
              .filter(Boolean)
              .join(' · ')}
          </strong>
          <ul>
            {all.map(({ finding, wrong }, index) => (
              // The same rule may be broken twice at one element.
              // oxlint-disable-next-line react/no-array-index-key
              <li key={`${finding.element} ${finding.rule} ${index}`}>
                <button type="button" onClick={() => finding.element && onShow(finding.element)}>
                  {wrong ? <ExclamationCircleOutlined /> : <WarningOutlined />}{' '}
                  {finding.element && <b>{nameOf(registry.get(finding.element), finding.element)}</b>} {finding.reason}
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
