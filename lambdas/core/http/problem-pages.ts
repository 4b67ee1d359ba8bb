import type { ProblemKind } from "../problem.ts";
import { escaped, page, prose } from "./page.ts";

/** The page to which a problem's `type` leads. */
export function problemPage(name: string, kind: ProblemKind): string {
  const { chinese } = kind;
  return page(
    `${kind.title} · ${chinese.title}`,
    `<h1>${prose(kind.title)}<br>${prose(chinese.title)}</h1>
<p><code>${escaped(name)}</code>, HTTP ${kind.status}</p>
<h2>What to do · 如何处理</h2>
<p>${prose(kind.remedy)}</p>
<p lang="zh">${prose(chinese.remedy)}</p>
<h2>Does a retry help? · 重试有用吗？</h2>
<p>${kind.retry ? "Yes: the very same request can succeed later." : "No: the very same request will not succeed."}</p>
<p lang="zh">${kind.retry ? "有用：同样的请求稍后可能成功。" : "没有用：同样的请求不会成功。"}</p>`,
  );
}

/** All kinds of problem, by status. */
export function problemIndexPage(catalogue: Record<string, ProblemKind>): string {
  const rows = Object.entries(catalogue)
    .toSorted(([, one], [, other]) => one.status - other.status)
    .map(
      ([name, kind]) =>
        `<tr><td>${kind.status}</td><td><a href="/problems/${escaped(name)}"><code>${escaped(name)}</code></a></td>` +
        `<td>${prose(kind.title)}<br><span lang="zh">${prose(kind.chinese.title)}</span></td>` +
        `<td>${kind.retry ? "yes · 是" : "no · 否"}</td></tr>`,
    );
  return page(
    "Problems · 问题",
    `<h1>Problems · 问题</h1>
<table>
<tr><th>Status · 状态码</th><th>Name · 名称</th><th>Title · 标题</th><th>Retry · 重试</th></tr>
${rows.join("\n")}
</table>`,
  );
}
