/** A multipart form of files, as a browser sends it, for `inject`. */
export async function formOf(
  files: Readonly<Record<string, string>>,
  fields: Readonly<Record<string, string>> = {},
): Promise<{ payload: Buffer; headers: { "content-type": string } }> {
  const form = new FormData();
  for (const [name, text] of Object.entries(fields)) form.append(name, text);
  for (const [name, text] of Object.entries(files)) form.append("files", new Blob([text]), name);
  const body = new Response(form);
  return { payload: Buffer.from(await body.arrayBuffer()), headers: { "content-type": body.headers.get("content-type") ?? "" } };
}
