/*
 * Whose program root runs. Through sudo root's launcher starts a recorder with root's help, so what it starts must be
 * nobody else's than root's, or of the user who may do everything through sudo and runs a clone of their own.
 */
#pragma once
#include <stdbool.h>
#include <sys/types.h>

/* The user that sudo names, from the environment that sudo made. False when there is none, or it is root. */
bool sudo_user(uid_t *uid, gid_t *gid);
/* True when that user may run a shell as root, so that nothing has to be kept from them. */
bool sudo_allows_everything(void);

enum installation { INSTALLATION_REFUSED, INSTALLATION_OF_USER, INSTALLATION_OF_ROOT };
/*
 * Looks at this program and at `argv` (NODE MAIN.js run …), and puts real paths in place of the first two. A file is
 * trusted when it and all folders on the way belong to root or the user and nobody else can write to them. Of root's
 * installation root's set-up has chosen node, and the program is its own; nothing but `run` is run.
 * `why`: what is wrong, the end of a sentence.
 */
enum installation installation_check(char **argv, uid_t user, gid_t group, const char **why);
