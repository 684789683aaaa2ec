/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/* sendfile splice copy_file_range; FICLONE and FICLONERANGE are commands of ioctl. */
#include "../lib/copy.h"

/* The call's descriptors are what they were when it began. */
static __always_inline bool copy__same_files(struct dk_task *t, __u32 in, __u32 out)
{
	if (!t->file || !t->file_id.ino)
		return false;
	if (t->file == task__file(out) && t->in == task__file(in))
		return true;
	loss__count(DK_LOSS_DESCRIPTOR_REPLACED, &t->file_id);
	return false;
}

ON_EXIT(dk_sendfile)
{
	struct dk_task *t = task__tracked();

	if (!t || ret <= 0 || !copy__same_files(t, syscall__arg(regs, 1), syscall__arg(regs, 0)))
		return 0;
	return copy__record(t, NR_SENDFILE, t->in, copy__begin(t->in, syscall__arg(regs, 2), ret), t->file, copy__begin(t->file, 0, ret),
			    ret, copy__flags(t, t->file, 0, ret));
}

/* splice and copy_file_range have the same first five arguments. */
ON_EXIT(dk_copy_range)
{
	struct dk_task *t = task__tracked();

	if (!t || ret <= 0 || !copy__same_files(t, syscall__arg(regs, 0), syscall__arg(regs, 2)))
		return 0;
	return copy__record(t, syscall__nr(regs), t->in, copy__begin(t->in, syscall__arg(regs, 1), ret), t->file,
			    copy__begin(t->file, syscall__arg(regs, 3), ret), ret,
			    copy__flags(t, t->file, syscall__arg(regs, 3), ret));
}
