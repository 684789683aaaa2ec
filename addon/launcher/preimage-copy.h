/* Contents on their way into the stores: what both threads share. None of these may be called with the lock held. */
#pragma once
#include "preimage.h"

/* Something could not be saved: counted always, told once per cause. `fd`: a handle on it, -1 for several. */
void preimages_lose(struct preimages *pre, int failure, int fd);
/*
 * Copies the content behind the handle `fd` into blob number `blob`; a `large` one, which is above the limit, is begun here and
 * goes on in the background, where it cannot become a reflink.
 */
void preimages_copy(struct preimages *pre, struct blob_store *store, int fd, uint32_t blob, int64_t size, bool large);
/*
 * Notes what is pinned, copies its content and lets go of it. The note is in the log's buffer then, so that many are
 * written at once.
 */
void preimages_save_pin(struct preimages *pre, struct blob_store *store, const struct pin *pin);
/* Writes the manifest of the tree below the directory handle `fd` into blob number `blob`. */
void preimages_list(struct preimages *pre, struct blob_store *store, int fd, uint32_t blob);
/* Writes what the store has buffered, then says that those blobs are complete. With the store's lock held. */
void preimages_commit(struct preimages *pre, struct blob_store *store);
/* Lets the other thread know that there is work. With the lock held. */
void preimages_wake(struct preimages *pre);
