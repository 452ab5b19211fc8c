/*
 * The yardstick of bench-receive: libmicrohttpd that reads requests and forgets them, in the same
 * mode as receive (epoll, one thread). Prints its port, runs until stdin ends.
 */
#include <microhttpd.h>
#include <stdint.h>
#include <stdio.h>

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *conn, const char *url,
	const char *method, const char *version, const char *upload, size_t *upload_n, void **state)
{
	static char seen;
	static char text[] = "{}\n";
	(void)ctx, (void)url, (void)method, (void)version, (void)upload;
	if (*state == NULL) {
		*state = &seen;
		return MHD_YES;
	}
	if (*upload_n > 0) {
		*upload_n = 0;
		return MHD_YES;
	}
	struct MHD_Response *r =
		MHD_create_response_from_buffer(sizeof(text) - 1, text, MHD_RESPMEM_PERSISTENT);
	enum MHD_Result rc = MHD_queue_response(conn, MHD_HTTP_ACCEPTED, r);
	MHD_destroy_response(r);
	return rc;
}

int main(void)
{
	struct MHD_Daemon *d = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_EPOLL, 0,
		NULL, NULL, on_request, NULL, MHD_OPTION_END);
	if (d == NULL)
		return 1;
	(void)printf("%u\n", MHD_get_daemon_info(d, MHD_DAEMON_INFO_BIND_PORT)->port);
	(void)fflush(stdout);
	while (getchar() != EOF)
		;
	MHD_stop_daemon(d);
	return 0;
}
