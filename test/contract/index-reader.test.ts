import { createIndex, openIndex } from '../../src/index/open-index.js';
import { MemoryIndex } from '../support/memory-index.js';
import { tempFolders } from '../support/temp-folder.js';
import { indexReaderContract } from './index-reader.js';

const tempFolder = tempFolders();

indexReaderContract('LevelDB while it is written', async (fill) => {
  const live = await createIndex(tempFolder());
  fill(live.writer);
  await live.writer.flush();
  return Object.assign(live.reader, { close: live.close });
});

indexReaderContract('LevelDB of an interrupted recording', async (fill) => {
  const folder = tempFolder();
  const live = await createIndex(folder);
  fill(live.writer);
  await live.close();
  return openIndex(folder);
});

indexReaderContract('the table of a sealed recording', async (fill) => {
  const folder = tempFolder();
  const live = await createIndex(folder);
  fill(live.writer);
  await live.seal();
  return openIndex(folder);
});

indexReaderContract('memory, for tests of the layers above', async (fill) => {
  const index = new MemoryIndex();
  fill(index);
  return index;
});
