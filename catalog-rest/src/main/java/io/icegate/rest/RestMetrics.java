package io.icegate.rest;

import com.google.inject.Inject;
import io.icegate.objectstore.ObjectStore;
import io.icegate.rest.protocol.Admission;
import io.icegate.server.MeteredObjectStore;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/**
 * Registers the metrics of a catalog server. Labels have few values: routes, not paths.
 */
public final class RestMetrics
{
    private static final double NANOS = 1e9;
    private static final double[] SECONDS = {.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10};

    private final Counter requests;
    private final Histogram seconds;
    private final Counter reports;
    private final Counter liveSnapshots;
    private final Counter storeRequests;

    @Inject
    public RestMetrics(PrometheusRegistry registry, Admission admission)
    {
        requests = Counter.builder().name("icegate_rest_requests").help("Requests to the catalog").labelNames("method", "route", "status").register(registry);
        seconds = Histogram.builder().name("icegate_rest_seconds").help("From the head of a request to its answer").labelNames("method", "route").classicOnly()
                .classicUpperBounds(SECONDS).register(registry);
        reports = Counter.builder().name("icegate_rest_client_reports").help("Reports of scans and commits that clients sent").labelNames("type").register(registry);
        liveSnapshots = Counter.builder().name("icegate_rest_live_snapshots").help("Live snapshots that were made").register(registry);
        storeRequests = Counter.builder().name("icegate_objectstore_requests").help("Requests to the store").labelNames("operation", "outcome").register(registry);
        GaugeWithCallback.builder().name("icegate_rest_admitted_requests").help("Requests that are being answered")
                .callback(callback -> callback.call(admission.admitted())).register(registry);
    }

    void answered(String method, String route, int status, long nanos)
    {
        requests.labelValues(method, route, Integer.toString(status)).inc();
        seconds.labelValues(method, route).observe(nanos / NANOS);
    }

    void reported(String type)
    {
        reports.labelValues(type).inc();
    }

    void liveSnapshotMade()
    {
        liveSnapshots.inc();
    }

    /**
     * @param further is told each request, too
     */
    ObjectStore metered(ObjectStore store, MeteredObjectStore.Requests further)
    {
        return new MeteredObjectStore(store, (operation, outcome) -> {
            storeRequests.labelValues(operation, outcome).inc();
            further.count(operation, outcome);
        });
    }
}
