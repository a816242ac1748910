#include <pthread.h>

struct account {
	pthread_mutex_t mutex;
	long balance;
};

static void move_money(struct account *from, struct account *to, long sum) {
	pthread_mutex_lock(&from->mutex);
	pthread_mutex_lock(&to->mutex);
	from->balance -= sum;
	to->balance += sum;
	pthread_mutex_unlock(&to->mutex);
	pthread_mutex_unlock(&from->mutex);
}
