/** The path of an entry of a directory. `dir`: absolute; the root directory's path ends with the slash that others have not. */
export function childPath(dir: string, name: string): string {
  return dir === '/' ? `/${name}` : `${dir}/${name}`;
}
