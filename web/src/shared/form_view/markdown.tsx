/** Markdown as people read it. Reader and sanitiser load together, the first time there is something to read. */
import { useEffect, useState } from 'react';

type Render = (text: string) => string;

let loaded: Render | undefined;
let loading: Promise<Render> | undefined;

/** Reads Markdown to HTML from which everything that could act is taken: scripts, styles, forms, foreign frames. */
export function loadMarkdown(): Promise<Render> {
  loading ??= Promise.all([import('marked'), import('dompurify')]).then(([{ Marked }, { default: purify }]) => {
    const marked = new Marked({ gfm: true, breaks: true, async: false });
    loaded = (text) => {
      const html = marked.parse(text) as string;
      return purify.sanitize(html, {
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
        ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|tel:|\/(?!\/)|#)/i,
      });
    };
    return loaded;
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
