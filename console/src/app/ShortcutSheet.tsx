import { Kbd, Modal, Table } from '@mantine/core';

const SHORTCUTS: readonly (readonly [string, string])[] = [
  ['/', 'Search contacts'],
  ['a', 'Available'],
  ['c', 'Call a colleague'],
  ['Enter', 'Accept the call that rings'],
  ['n', 'Note, in a call; else a new contact'],
  ['m', 'Microphone on or off, in a call'],
  ['v', 'Camera on or off, in a call'],
  ['s', 'Share the screen or stop, in a call'],
  ['h', 'Hold or resume, in a call; the other side, in a consultation'],
  ['t', 'Transfer, in a call; complete it, in a consultation'],
  ['i', 'Ask somebody in, in a call'],
  ['g', 'All together, in a consultation'],
  ['b', 'Take a transfer back'],
  ['r', 'Pause or resume the recording, in a call'],
  ['f', 'Full call, or back to the bar'],
  ['Ctrl Enter', 'Finish the wrap-up'],
  ['Esc', 'Close what is open'],
  ['?', 'This sheet'],
];

export function ShortcutSheet({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Keys" size="sm">
      <Table>
        <Table.Tbody>
          {SHORTCUTS.map(([key, meaning]) => (
            <Table.Tr key={key}>
              <Table.Td w={88}>
                <Kbd>{key}</Kbd>
              </Table.Td>
              <Table.Td>{meaning}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
