/** Markdown as people read it. Reader and sanitiser load together, the first time there is something to read. */
import { useEffect, useState } from 'react';

type Render = (text: string) => string;

/** Where a link in a text may lead. */
export const READABLE_ADDRESS = /^(?:https?:|mailto:|tel:|\/(?!\/)|#)/i;

export interface MarkdownTools {
  /** Markdown as HTML that may be shown. */
  render: Render;
  /** All that a text says, to compare and never to show: nothing is taken from it. */
  raw: Render;
}

let loaded: Render | undefined;
let loading: Promise<MarkdownTools> | undefined;

/** Reads Markdown to HTML from which everything that could act is taken: scripts, styles, forms, foreign frames. */
export async function loadMarkdown(): Promise<Render> {
  return (await loadMarkdownTools()).render;
}

export function loadMarkdownTools(): Promise<MarkdownTools> {
  loading ??= Promise.all([import('marked'), import('dompurify')]).then(([{ Marked }, { default: purify }]) => {
    const marked = new Marked({ gfm: true, breaks: true, async: false });
    const raw: Render = (text) => marked.parse(text) as string;
    const render: Render = (text) =>
      purify.sanitize(raw(text), {
        ALLOWED_TAGS: [
          'a',
          'b',
          'blockquote',
          'br',
          'code',
          'del',
          'em',
          'h1',
          'h2',
          'h3',
          'h4',
          'h5',
          'h6',
          'hr',
          'i',
          'li',
          'ol',
          'p',
          'pre',
          's',
          'strong',
          'table',
          'tbody',
          'td',
          'th',
          'thead',
          'tr',
          'ul',
        ],
        ALLOWED_ATTR: ['href', 'title', 'start'],
        ALLOWED_URI_REGEXP: READABLE_ADDRESS,
      });
    loaded = render;
    return { render, raw };
  });
  return loading;
}

/** Headings of a text stand below those of the page. */
function lowered(html: string): string {
  return html.replace(
    /<(\/?)h([1-6])>/g,
    (_, slash: string, level: string) => `<${slash}h${Math.min(6, Number(level) + 3)}>`,
  );
}

export function Markdown({ text }: { text: string }) {
  const [render, setRender] = useState<{ run: Render } | undefined>(loaded && { run: loaded });
  useEffect(() => {
    let here = true;
    if (!render) {
      loadMarkdown().then(
        (run) => {
          if (here) setRender({ run });
        },
        () => undefined,
      );
    }
    return () => {
      here = false;
    };
  }, [render]);
  if (!render) return <div className="prewrap">{text}</div>;
  return <div className="fv-markdown" dangerouslySetInnerHTML={{ __html: lowered(render.run(text)) }} />;
}
