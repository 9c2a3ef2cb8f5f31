"""Sends the same records of all signals with each exporter of Python, each under a tenant of its own, which begins with a prefix.

python send.py <url of gRPC> <url of HTTP> <seconds since 1970> <compressions> <prefixes>
Says of each export whether the exporter calls it a success: <tenant> <signal> <ok or failed>
"""
import itertools
import logging
import sys
from concurrent.futures import ThreadPoolExecutor

import grpc
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter as GrpcLogs
from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter as GrpcMetrics
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcTraces
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter as HttpLogs
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter as HttpMetrics
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpTraces
from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    ExponentialHistogram,
    ExponentialHistogramDataPoint,
    Gauge,
    Histogram,
    HistogramDataPoint,
    Metric,
    MetricsData,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
)
from opentelemetry.sdk.metrics._internal.exemplar import Exemplar
from opentelemetry.sdk.metrics._internal.point import Buckets
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags, TraceState

GRPC_COMPRESSIONS = {"none": grpc.Compression.NoCompression, "gzip": grpc.Compression.Gzip, "deflate": grpc.Compression.Deflate}
HTTP_COMPRESSIONS = {"none": Compression.NoCompression, "gzip": Compression.Gzip, "deflate": Compression.Deflate}
TRACE = 0x4BF92F3577B34DA6A3CE929D0E0E4736
SPAN = 0x00F067AA0BA902B7
PARENT = 0x53995C3F42CD8AD8

grpc_url, http_url, seconds, compressions, prefixes = sys.argv[1:]
# what cannot be encoded is lost here, with a stack trace
logging.disable(logging.CRITICAL)
start = int(seconds) * 1_000_000_000 + 123_456_789
end = (int(seconds) + 1) * 1_000_000_000 + 1
resource = Resource({"service.name": "shop", "host.cpus": 8}, "https://schema.test/r")
scope = InstrumentationScope("lib", "1.2", "https://schema.test/s")
attributes = {
    "text": "naïve 🙂",
    "none": "",
    "cut": "half \ud83d",
    "safe": 9007199254740991,
    "negative": -3,
    "min": -(2**63),
    "max": 2**63 - 1,
    "beyond": 2**63,
    "real": 0.5,
    "tiny": 5e-324,
    "nan": float("nan"),
    "infinity": float("-inf"),
    "yes": True,
    "bytes": b"\x00\xff\x10",
    "list": ["a", 1, [True, 0.5], []],
    "map": {"k": {"n": 1, "empty": {}}, "l": ["x"]},
    "nothing": None,
}


def log(**further):
    record = {
        "timestamp": start,
        "observed_timestamp": end,
        "severity_number": SeverityNumber.ERROR,
        "severity_text": "ERROR",
        "body": {"message": "naïve 🙂", "count": 2},
        "event_name": "checkout",
    } | further
    made = LogRecord(**record)
    # past the limits of the SDK, which drops what it does not know
    made.attributes = attributes
    made.trace_id, made.span_id, made.trace_flags = TRACE, SPAN, TraceFlags(1)
    return ReadableLogRecord(made, resource, scope)


context = SpanContext(TRACE, SPAN, False, TraceFlags(1), TraceState([("vendor", "1"), ("other", "2")]))
span = ReadableSpan(
    "GET /",
    context,
    SpanContext(TRACE, PARENT, True, TraceFlags(1)),
    resource,
    attributes,
    [Event("retry", {"attempt": 2, "nested": {"a": [1]}}, end)],
    [Link(SpanContext(TRACE, PARENT, False, TraceFlags(1)), {"why": "batch"})],
    SpanKind.CLIENT,
    None,
    Status(StatusCode.ERROR, "no"),
    start,
    end,
    scope,
)
exemplar = Exemplar({"why": "slow"}, 0.5, end, SPAN, TRACE)


def metric(name, data):
    return Metric(name, "naïve 🙂", "1", data)


def number(value, given=None, exemplars=()):
    return NumberDataPoint(given or {}, start, end, value, list(exemplars))


metrics = MetricsData([
    ResourceMetrics(resource, [
        ScopeMetrics(scope, [
            metric("gauge", Gauge([number(9007199254740991, attributes)])),
            metric("gauge.nan", Gauge([number(float("nan"))])),
            metric("sum", Sum([number(-(2**63))], AggregationTemporality.DELTA, False)),
            metric("sum.real", Sum([number(5e-324, None, [exemplar])], AggregationTemporality.CUMULATIVE, True)),
            metric("histogram", Histogram([HistogramDataPoint({}, start, end, 2**52, 12.5, [1, 0, 9007199254740991], [0.5, 10], -1, 11)], AggregationTemporality.CUMULATIVE)),
            metric("exponential", ExponentialHistogram(
                [ExponentialHistogramDataPoint({}, start, end, 7, 12.5, -2, 1, Buckets(-3, [1, 2]), Buckets(4, [3]), 0, 0, 9)], AggregationTemporality.CUMULATIVE)),
        ], "https://schema.test/s"),
    ], "https://schema.test/r"),
])

batches = {"logs": [log()], "traces": [span], "metrics": metrics}
transports = {
    "grpc": {"logs": GrpcLogs, "traces": GrpcTraces, "metrics": GrpcMetrics},
    "protobuf": {"logs": HttpLogs, "traces": HttpTraces, "metrics": HttpMetrics},
}


def send(prefix, transport, compression, signal):
    tenant = f"{prefix}-{transport}-{compression}"
    if transport == "grpc":
        exporter = transports[transport][signal](endpoint=grpc_url, insecure=True, headers=(("x-scope-orgid", tenant),), compression=GRPC_COMPRESSIONS[compression])
    else:
        exporter = transports[transport][signal](endpoint=f"{http_url}/v1/{signal}", headers={"X-Scope-OrgID": tenant}, compression=HTTP_COMPRESSIONS[compression])
    result = exporter.export(batches[signal])
    exporter.shutdown()
    return f"{tenant} {signal} {'ok' if result.name == 'SUCCESS' else 'failed'}"


with ThreadPoolExecutor(max_workers=64) as pool:
    print("\n".join(pool.map(lambda each: send(*each), itertools.product(prefixes.split(","), transports, compressions.split(","), batches))))
