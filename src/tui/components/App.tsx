import { Box, Text, useInput } from 'ink';
import type { ReactNode } from 'react';
import type { Controller } from '../controller.js';
import type { View } from '../view.js';
import { useTheme } from '../hooks/use-theme.js';
import { useView } from '../hooks/use-view.js';
import { keyNames } from '../keyboard.js';
import { EventList } from './EventList.js';
import { FileTree } from './FileTree.js';
import { FileView } from './FileView.js';
import { Footer } from './Footer.js';
import { Help } from './Help.js';
import { StatusBar } from './StatusBar.js';
import { Timeline } from './Timeline.js';
import { TooSmall } from './TooSmall.js';

export function App({ controller }: { controller: Controller }): ReactNode {
  const view = useView(controller);
  useInput((input, key) => {
    for (const name of keyNames(input, key)) controller.press(name);
  });
  if (view.layout.tooSmall) return <TooSmall view={view} />;
  if (view.help !== null) return <Help view={view} />;
  const { recording } = controller.debugger;
  const { info, length } = recording;
  return (
    <Box flexDirection="column">
      <StatusBar view={view} info={info} length={length} />
      <Timeline view={view} length={length} marks={info.marks} />
      <Panes controller={controller} view={view} />
      <Footer view={view} />
    </Box>
  );
}

function Panes({ controller, view }: { controller: Controller; view: View }): ReactNode {
  const { paths, recording } = controller.debugger;
  const { layout } = view;
  const events = <EventList view={view} paths={paths} length={recording.length} />;
  const tree = <FileTree view={view} />;
  const file = <FileView view={view} paths={paths} />;
  if (!layout.sideBySide) {
    return (
      <Box flexDirection="column">
        {events}
        {tree}
        {file}
      </Box>
    );
  }
  return (
    <Box>
      <Box flexDirection="column">
        {events}
        {tree}
      </Box>
      <Divider height={layout.panes.file.height} joint={layout.panes.events.height} />
      {file}
    </Box>
  );
}

/** `joint`: the row where the title of the lower left pane meets the line. */
function Divider({ height, joint }: { height: number; joint: number }): ReactNode {
  const theme = useTheme();
  const rows = Array.from({ length: height }, (_, row) =>
    theme.paint('rule', row === 0 ? '┬' : row === joint ? '┤' : '│'),
  );
  return (
    <Box width={1} height={height} flexShrink={0}>
      <Text>{rows.join('\n')}</Text>
    </Box>
  );
}
