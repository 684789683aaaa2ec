import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import { useTheme } from '../hooks/use-theme.js';
import { type Line, paintLine } from '../lines.js';
import type { Role } from '../theme.js';

/** A line in the cursor's row is painted in one role. */
export interface ToneLine {
  line: Line;
  over?: Role;
}

/** A block of exactly `width` × `height`: what is missing is blank (Ink's grid is), what is too much is left out. */
export function Lines({
  lines,
  width,
  height,
}: {
  lines: readonly ToneLine[];
  width: number;
  height: number;
}): ReactNode {
  const theme = useTheme();
  if (width <= 0 || height <= 0) return null;
  const painted = Array.from({ length: height }, (_, row) => {
    const { line, over } = lines[row] ?? { line: [] };
    return line.length === 0 && over === undefined ? '' : paintLine(theme, line, width, over);
  });
  return (
    <Box width={width} height={height} flexShrink={0}>
      <Text>{painted.join('\n')}</Text>
    </Box>
  );
}
