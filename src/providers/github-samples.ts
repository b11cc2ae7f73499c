import type { Millis } from "../base/clock.ts";

export const GITHUB_TYPES: readonly string[] = [
  "ping",
  "push",
  "issues.opened",
  "issues.closed",
  "issue_comment.created",
  "pull_request.opened",
  "pull_request.closed",
  "release.published",
  "star.created",
  "workflow_run.completed",
];

const SENDER = { login: "octocat", id: 583231, type: "User" };
const REPOSITORY = {
  id: 1296269,
  name: "Hello-World",
  full_name: "octocat/Hello-World",
  private: false,
  owner: SENDER,
  default_branch: "main",
};
const COMMIT = "7638417db6d59f3c431d3e1f261cc637155684cd";

/** What is particular to an event, by its name. */
function particulars(event: string, time: string): Readonly<Record<string, unknown>> {
  const issue = { id: 1, number: 1347, title: "Found a bug", state: "open", created_at: time };
  const pull = { id: 1, number: 1348, title: "New feature", state: "open", created_at: time };
  switch (event) {
    case "ping":
      return { zen: "Keep it logically awesome.", hook_id: 1, hook: { type: "Repository", id: 1 } };
    case "push":
      return { ref: "refs/heads/main", after: COMMIT, commits: [{ id: COMMIT, timestamp: time }] };
    case "issues":
      return { issue };
    case "issue_comment":
      return { issue, comment: { id: 1, body: "Me too", user: SENDER, created_at: time } };
    case "pull_request":
      return { number: pull.number, pull_request: pull };
    case "release":
      return { release: { id: 1, tag_name: "v1.0.0", published_at: time } };
    case "star":
      return { starred_at: time };
    case "workflow_run":
      return { workflow_run: { id: 1, name: "build", status: "completed", conclusion: "success" } };
    default:
      return {};
  }
}

/** A payload of `event` or `event.action`; `null` for anything else. Events not known here get the common part only. */
export function githubPayload(type: string, at: Millis): Readonly<Record<string, unknown>> | null {
  const match = /^([a-z_]+)(?:\.([a-z_]+))?$/.exec(type);
  const event = match?.[1];
  if (event === undefined) return null;
  const action = match?.[2];
  return {
    ...(action === undefined ? {} : { action }),
    ...particulars(event, new Date(at).toISOString()),
    repository: REPOSITORY,
    sender: SENDER,
  };
}
