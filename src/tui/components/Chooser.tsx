import { Box, Text, useInput } from 'ink';
import SelectInput from 'ink-select-input';
import type { ReactNode } from 'react';
import type { RecordingInfo } from '../../timeline/types.js';
import { resultText, shellLine } from '../../debugger/event-view.js';
import { formatCount } from '../../debugger/quantities.js';
import { useTheme } from '../hooks/use-theme.js';
import { padEnd, padStart, paintLine, span } from '../lines.js';
import { shortenEnd } from '../printable.js';
import type { Size } from '../screen.js';

interface ChooserProps {
  infos: readonly RecordingInfo[];
  size: Size;
  onChoose(info: RecordingInfo | null): void;
}

/** Which recording to open. */
export function Chooser({ infos, size, onChoose }: ChooserProps): ReactNode {
  const theme = useTheme();
  useInput((input, key) => {
    if (key.escape || input === 'q' || (key.ctrl && input === 'c')) onChoose(null);
  });
  const width = size.columns;
  const items = infos.map((info) => ({ key: info.id, label: info.id, value: info }));
  return (
    <Box flexDirection="column" width={width} height={size.rows}>
      <Text>{paintLine(theme, [span(' dk ', 'focus'), span('  Which recording?', 'strong')], width)}</Text>
      <Text> </Text>
      <SelectInput
        items={items}
        limit={Math.max(1, size.rows - 4)}
        indicatorComponent={() => null}
        itemComponent={Item(infos, width)}
        onSelect={(item) => onChoose(item.value)}
      />
      <Box flexGrow={1} />
      <Text>
        {paintLine(
          theme,
          [
            span(' ↑ ↓', 'accent'),
            span(' choose ', 'dim'),
            span(' Enter', 'accent'),
            span(' open ', 'dim'),
            span(' q', 'accent'),
            span(' quit', 'dim'),
          ],
          width,
        )}
      </Text>
    </Box>
  );
}

function Item(infos: readonly RecordingInfo[], width: number) {
  return function ChooserItem({ label, isSelected = false }: { label: string; isSelected?: boolean }): ReactNode {
    const theme = useTheme();
    const info = infos.find((candidate) => candidate.id === label);
    if (info === undefined) return null;
    const line = [
      span(isSelected ? ' ▶ ' : '   ', 'accent'),
      span(`${padEnd(info.id, 9)} `, 'dim'),
      span(`${new Date(info.startedMs).toISOString().slice(0, 16).replace('T', ' ')}  `, 'dim'),
      span(`${padStart(formatCount(info.events), 11)} events  `, 'normal'),
      span(`${padEnd(shortenEnd(resultText(info), 12), 12)}  `, (info.exitCode ?? 0) === 0 ? 'normal' : 'bad'),
      span(info.label === null ? '' : `${info.label}  `, 'strong'),
      span(shellLine(info.argv)),
    ];
    return <Text>{paintLine(theme, line, width, isSelected ? 'cursor' : undefined)}</Text>;
  };
}
