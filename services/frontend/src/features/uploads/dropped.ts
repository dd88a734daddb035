const NOISE = /^(\.|Thumbs\.db$|desktop\.ini$)/i;
/** Browsers give the entries of a folder in portions; an empty one is the last. */
const MOST_FILES = 2_000;

/** The files of what was dropped, folders with all that is in them. Hidden files of the system are left out. */
export async function filesOf(data: DataTransfer): Promise<File[]> {
  // Entries must be taken before the first await: afterwards the browser has emptied the list.
  const entries = [...data.items]
    .filter((item) => item.kind === "file")
    .map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
  const found: File[] = [];
  for (const entry of entries) if (entry) await collect(entry, found);
  return found.length > 0 || entries.length > 0 ? found : wanted([...data.files]);
}

/** Of chosen files those that a person would mean. */
export function wanted(files: readonly File[]): File[] {
  return files.filter((file) => !NOISE.test(file.name));
}

async function collect(entry: FileSystemEntry | File, found: File[]): Promise<void> {
  if (found.length >= MOST_FILES || NOISE.test(entry.name)) return;
  if (entry instanceof File) found.push(entry);
  else if (entry.isFile) found.push(await fileOf(entry as FileSystemFileEntry));
  else for (const each of await entriesOf(entry as FileSystemDirectoryEntry)) await collect(each, found);
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return all.sort((one, other) => one.name.localeCompare(other.name));
    all.push(...some);
  }
}
