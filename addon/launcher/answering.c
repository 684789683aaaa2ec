#define _GNU_SOURCE
#include "answering.h"

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "limits.h"

/* The command waits for these threads. On a busy machine that halves what a stopped call takes. */
enum { HIGH_PRIORITY = -10 };
/* Between two looks: while calls come, and while one is being saved. */
enum { LOOK_MS = 1, SAVING_LOOK_MS = 20 };

/* Fails without CAP_SYS_NICE, and in a cgroup that has no real-time share. */
static void set_real_time(struct answerer *me, bool on) {
  const struct answerers *all = me->all;
  const struct sched_param above = {.sched_priority = all->inherited.sched_priority + 1};
  if (me->real_time == on) return;
  if (on) me->real_time = sched_setscheduler(0, SCHED_FIFO, &above) == 0;
  else me->real_time = sched_setscheduler(0, all->inherited_policy, &all->inherited) != 0;
}

/* ---- who leads; with the lock held ---- */

static void give_lead(struct answerers *all) {
  all->leader = NULL;
  all->leaderless = all->idle == 0;
  if (all->leaderless) return;
  all->idle--;
  sem_post(&all->lead);
}

/* ---- calls that wait for a thread; with the lock held ---- */

static bool put_waiting(struct answerers *all, const struct seccomp_notif *call) {
  if (all->waiting == WAITING_LIMIT) return false;
  all->in_hand->waiting[(all->first_waiting + all->waiting++) % WAITING_LIMIT] = *call;
  return true;
}

static bool take_waiting(struct answerer *me) {
  struct answerers *all = me->all;
  if (!all->waiting) return false;
  struct seccomp_notif *first = &all->in_hand->waiting[all->first_waiting];
  me->hand->call = *first;
  atomic_signal_fence(memory_order_seq_cst); /* it stands in one of the two at each moment */
  first->id = 0;
  all->first_waiting = (all->first_waiting + 1) % WAITING_LIMIT;
  all->waiting--;
  return true;
}

/* ---- one thread ---- */

static void answer(struct answerer *me, bool save) {
  struct answerers *all = me->all;
  uint64_t id = me->hand->call.id;
  if (save && !all->passing) stopped_call_save(&all->calls, &me->hand->call);
  if (progress_end(&me->progress, id)) listener_continue(all->calls.listener, id);
}

/* The leader has a call that takes longer. True: it no longer leads and has the call; false: it leads, others have the call. */
static bool leave_lead(struct answerer *me) {
  struct answerers *all = me->all;
  pthread_mutex_lock(&all->lock);
  bool leads = all->leader == me;
  bool put = leads && !all->idle && put_waiting(all, &me->hand->call);
  if (put) me->progress.task = 0;
  else if (leads) give_lead(all);
  pthread_mutex_unlock(&all->lock);
  return !put;
}

/* Returns when another thread leads, or false when the last filtered process has ended. */
static bool lead(struct answerer *me) {
  struct answerers *all = me->all;
  int listener = all->calls.listener;
  all->leader = me;
  set_real_time(me, true);
  while (all->leader == me) {
    struct seccomp_notif *call = listener_receive(listener, me->hand);
    if (!call && listener_is_over(listener)) return false; /* the main thread sees it as well */
    if (!call) continue;
    progress_begin(&me->progress, call->id);
    all->received++;
    if (all->unwatched && atomic_exchange(&all->unwatched, false)) eventfd_write(all->wake_fd, 1);
    if (all->passing || stopped_call_save_quickly(&all->calls, call)) {
      answer(me, false);
    } else if (leave_lead(me)) {
      set_real_time(me, false);
      answer(me, true);
    }
  }
  return true;
}

/* What waits comes first. Then the thread leads, at once or when it is asked to. */
static void await_lead(struct answerer *me) {
  struct answerers *all = me->all;
  pthread_mutex_lock(&all->lock);
  while (take_waiting(me)) {
    pthread_mutex_unlock(&all->lock);
    set_real_time(me, false);
    progress_begin(&me->progress, me->hand->call.id);
    answer(me, true);
    pthread_mutex_lock(&all->lock);
  }
  bool at_once = all->leaderless;
  all->leaderless = false;
  if (!at_once) all->idle++;
  pthread_mutex_unlock(&all->lock);
  while (!at_once && sem_wait(&all->lead)) {}
}

static void *run(void *context) {
  struct answerer *me = context;
  setpriority(PRIO_PROCESS, 0, HIGH_PRIORITY); /* of this thread alone, on Linux */
  do await_lead(me);
  while (lead(me));
  return NULL;
}

/* ---- the main thread's ---- */

static int add(struct answerers *all) {
  pthread_t thread;
  pthread_attr_t attributes;
  if (all->count == ANSWERERS_LIMIT) return -EAGAIN;
  struct answerer *one = &all->each[all->count];
  *one = (struct answerer){.all = all, .hand = &all->in_hand->hands[all->count], .progress.answers = true};
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, STACK_BYTES); /* instead of the command's limit */
  int failed = pthread_create(&thread, &attributes, run, one);
  pthread_attr_destroy(&attributes);
  if (!failed) all->count++;
  return -failed;
}

int answerers_start(struct answerers *all) {
  all->inherited_policy = sched_getscheduler(0);
  sched_getparam(0, &all->inherited);
  pthread_mutex_init(&all->lock, NULL);
  sem_init(&all->lead, 0, 0);
  all->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (all->wake_fd < 0) return -errno;
  int failed = add(all);
  /* One will do where the user's limit allows no more. */
  for (int i = 1; i < ANSWERERS_AT_START && !failed; i++)
    if (add(all)) break;
  return failed;
}

void answerers_go(struct answerers *all) {
  pthread_mutex_lock(&all->lock);
  give_lead(all);
  pthread_mutex_unlock(&all->lock);
}

/* A thread that the kernel does not let go is missed until it does. */
static void give_up(struct answerers *all, struct answerer *one, uint64_t task) {
  if (!progress_end(&one->progress, task)) return;
  listener_continue(all->calls.listener, task);
  add(all);
}

static void replace_leader(struct answerers *all) {
  struct answerer *leader = all->leader;
  uint64_t task = leader ? (uint64_t)leader->progress.task : 0;
  bool stays = task && task == all->seen_task;
  all->seen_task = task;
  if (!stays) return;
  pthread_mutex_lock(&all->lock);
  if (all->leader == leader) give_lead(all);
  pthread_mutex_unlock(&all->lock);
}

int answerers_look_after(struct answerers *all) {
  uint64_t received = all->received;
  bool saving = false, active = received != all->seen_received;
  all->seen_received = received;
  replace_leader(all);
  for (size_t i = 0; i < all->count; i++) {
    struct answerer *one = &all->each[i];
    uint64_t task = one->progress.task;
    if (task && progress_stands_still(&one->progress, all->calls.pre->patience_ns)) give_up(all, one, task);
    else if (task) saving = true;
  }
  if (active || all->seen_task) return LOOK_MS;
  if (saving) return SAVING_LOOK_MS;
  all->unwatched = true;
  if (all->received == received) return -1;
  all->unwatched = false;
  return LOOK_MS;
}
