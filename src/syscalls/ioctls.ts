/**
 * Commands of ioctl(2) on regular files and directories. One that is not here is a gap when it succeeds. The numbers are those of
 * 64-bit programs; of 32-bit ones only what looks needs to be told.
 */

/**
 * What becomes of a command. clone: a copy inside the kernel; the others are sent with so many `bytes` of what its argument points
 * to. loop: of a loop device; the argument is, or begins with, the descriptor of the file that it writes to from then on.
 */
export const IOCTL_WAYS = {
  clone: 0,
  flags: 4,
  fsxattr: 28,
  space: 24,
  verity: 0,
  encrypt: 0,
  gap: 0,
  loop: 0,
} as const;
export type IoctlWay = keyof typeof IOCTL_WAYS;

export interface IoctlRow {
  readonly number: number;
  readonly way: IoctlWay;
  /** Of a gap: why. */
  readonly why?: string;
  /** Of what is not about the file of the descriptor alone. */
  readonly affects?: 'everything';
}

const SUBVOLUME = { way: 'gap', why: 'a subvolume was made, changed or removed', affects: 'everything' } as const;
const EXCHANGES = { way: 'gap', why: 'bytes were exchanged with another file', affects: 'everything' } as const;
const LOOP = { way: 'loop', why: 'a loop device writes to it from now on' } as const;

// biome-ignore format: one row a command
export const IOCTLS: Readonly<Record<string, IoctlRow>> = {
  FICLONE: { number: 0x40049409, way: 'clone' },
  FICLONERANGE: { number: 0x4020940d, way: 'clone' },
  FS_IOC_SETFLAGS: { number: 0x40086602, way: 'flags' },
  FS_IOC_FSSETXATTR: { number: 0x401c5820, way: 'fsxattr' },
  FS_IOC_RESVSP: { number: 0x40305828, way: 'space' },
  FS_IOC_UNRESVSP: { number: 0x40305829, way: 'space' },
  FS_IOC_RESVSP64: { number: 0x4030582a, way: 'space' },
  FS_IOC_UNRESVSP64: { number: 0x4030582b, way: 'space' },
  FS_IOC_ZERO_RANGE: { number: 0x40305839, way: 'space' },
  FS_IOC_ENABLE_VERITY: { number: 0x40806685, way: 'verity' },
  FS_IOC_SET_ENCRYPTION_POLICY: { number: 0x800c6613, way: 'encrypt' },
  FS_IOC_SETVERSION: { number: 0x40087602, way: 'gap', why: 'the generation number by which the file is known was changed' },
  EXT4_IOC_SETVERSION: { number: 0x40086604, way: 'gap', why: 'the generation number by which the file is known was changed' },
  FS_IOC_SHUTDOWN: { number: 0x8004587d, way: 'gap', why: 'the file system was shut down', affects: 'everything' },
  EXT4_IOC_MOVE_EXT: { number: 0xc028660f, ...EXCHANGES },
  EXT4_IOC_SWAP_BOOT: { number: 0x6611, ...EXCHANGES },
  XFS_IOC_SWAPEXT: { number: 0xc0c0586d, ...EXCHANGES },
  XFS_IOC_EXCHANGE_RANGE: { number: 0x40285881, ...EXCHANGES },
  BTRFS_IOC_SNAP_CREATE: { number: 0x50009401, ...SUBVOLUME },
  BTRFS_IOC_SUBVOL_CREATE: { number: 0x5000940e, ...SUBVOLUME },
  BTRFS_IOC_SNAP_DESTROY: { number: 0x5000940f, ...SUBVOLUME },
  BTRFS_IOC_SNAP_CREATE_V2: { number: 0x50009417, ...SUBVOLUME },
  BTRFS_IOC_SUBVOL_CREATE_V2: { number: 0x50009418, ...SUBVOLUME },
  BTRFS_IOC_SUBVOL_SETFLAGS: { number: 0x4008941a, ...SUBVOLUME },
  BTRFS_IOC_SNAP_DESTROY_V2: { number: 0x5000943f, ...SUBVOLUME },
  BTRFS_IOC_ENCODED_WRITE: { number: 0x40809440, way: 'gap', why: 'compressed bytes were written' },
  LOOP_SET_FD: { number: 0x4c00, ...LOOP },
  LOOP_CHANGE_FD: { number: 0x4c06, ...LOOP },
  LOOP_CONFIGURE: { number: 0x4c0a, ...LOOP },
};

/** Commands that change nothing of the file, each with its number. */
export const HARMLESS_IOCTLS: readonly { readonly why: string; readonly commands: string }[] = [
  {
    why: 'concerns the descriptor',
    commands: 'FIONREAD:0x541b FIONBIO:0x5421 FIONCLEX:0x5450 FIOCLEX:0x5451 FIOASYNC:0x5452',
  },
  {
    why: 'only looks',
    commands: `FIBMAP:0x1 FIGETBSZ:0x2 FIOQSIZE:0x5460 FS_IOC_FIEMAP:0xc020660b FS_IOC_GETFLAGS:0x80086601
      FS_IOC32_GETFLAGS:0x80046601 FS_IOC_FSGETXATTR:0x801c581f FS_IOC_GETVERSION:0x80087601
      FS_IOC32_GETVERSION:0x80047601 FS_IOC_GETFSLABEL:0x81009431 FS_IOC_GETFSUUID:0x80111500
      FS_IOC_GETFSSYSFSPATH:0x80811501 FS_IOC_MEASURE_VERITY:0xc0046686 FS_IOC_READ_VERITY_METADATA:0xc0286687
      FS_IOC_GET_ENCRYPTION_PWSALT:0x40106614 FS_IOC_GET_ENCRYPTION_POLICY:0x400c6615
      FS_IOC_GET_ENCRYPTION_POLICY_EX:0xc0096616 FS_IOC_GET_ENCRYPTION_KEY_STATUS:0xc080661a
      FS_IOC_GET_ENCRYPTION_NONCE:0x8010661b EXT4_IOC_GETSTATE:0x40046629 EXT4_IOC_GET_ES_CACHE:0xc020662a
      EXT4_IOC_GETFSUUID:0x8008662c XFS_IOC_FSGETXATTRA:0x801c582d XFS_IOC_GETBMAP:0xc0205826 XFS_IOC_GETBMAPX:0xc0205838
      XFS_IOC_DIOINFO:0x800c581e XFS_IOC_FSGEOMETRY:0x8100587e XFS_IOC_FSGEOMETRY_V1:0x80705864
      XFS_IOC_FSCOUNTS:0x80205871 BTRFS_IOC_TREE_SEARCH:0xd0009411 BTRFS_IOC_TREE_SEARCH_V2:0xc0709411
      BTRFS_IOC_INO_LOOKUP:0xd0009412 BTRFS_IOC_SPACE_INFO:0xc0109414 BTRFS_IOC_SUBVOL_GETFLAGS:0x80089419
      BTRFS_IOC_DEV_INFO:0xd000941e BTRFS_IOC_FS_INFO:0x8400941f BTRFS_IOC_INO_PATHS:0xc0389423
      BTRFS_IOC_LOGICAL_INO:0xc0389424 BTRFS_IOC_SEND:0x40489426 BTRFS_IOC_GET_FEATURES:0x80189439
      BTRFS_IOC_GET_SUPPORTED_FEATURES:0x80489439 BTRFS_IOC_LOGICAL_INO_V2:0xc038943b
      BTRFS_IOC_GET_SUBVOL_INFO:0x81f8943c BTRFS_IOC_GET_SUBVOL_ROOTREF:0xd000943d
      BTRFS_IOC_INO_LOOKUP_USER:0xd000943e BTRFS_IOC_ENCODED_READ:0x80809440`,
  },
  {
    why: 'concerns the file system as a whole, not what it holds',
    commands: `FIFREEZE:0xc0045877 FITHAW:0xc0045878 FITRIM:0xc0185879 FS_IOC_SETFSLABEL:0x41009432
      FS_IOC_ADD_ENCRYPTION_KEY:0xc0506617 FS_IOC_REMOVE_ENCRYPTION_KEY:0xc0406618
      FS_IOC_REMOVE_ENCRYPTION_KEY_ALL_USERS:0xc0406619 EXT4_IOC_RESIZE_FS:0x40086610 EXT4_IOC_CHECKPOINT:0x4004662b
      EXT4_IOC_SETFSUUID:0x4008662d BTRFS_IOC_RESIZE:0x50009403 BTRFS_IOC_SYNC:0x9408 BTRFS_IOC_BALANCE_V2:0xc4009420
      BTRFS_IOC_START_SYNC:0x80089418 BTRFS_IOC_WAIT_SYNC:0x40089416 BTRFS_IOC_SCRUB:0xc400941b
      BTRFS_IOC_QUOTA_CTL:0xc0109428`,
  },
  {
    why: 'stores the same bytes in another way, or once instead of twice',
    commands: `FIDEDUPERANGE:0xc0189436 EXT4_IOC_MIGRATE:0x6609 EXT4_IOC_ALLOC_DA_BLKS:0x660c
      EXT4_IOC_CLEAR_ES_CACHE:0x6628 EXT4_IOC_PRECACHE_EXTENTS:0x6612 BTRFS_IOC_DEFRAG:0x50009402
      BTRFS_IOC_DEFRAG_RANGE:0x40309410`,
  },
];
