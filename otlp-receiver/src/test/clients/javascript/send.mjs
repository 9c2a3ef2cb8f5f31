// Sends the same records of all signals with each exporter of JavaScript, each under a tenant of its own, which begins with a prefix.
// node send.mjs <url of gRPC> <url of HTTP> <seconds since 1970> <compressions> <prefixes>
// Says of each export whether the exporter calls it a success: <tenant> <signal> <ok or failed>
import grpc from '@grpc/grpc-js';
import { ValueType } from '@opentelemetry/api';
import { OTLPLogExporter as GrpcLogs } from '@opentelemetry/exporter-logs-otlp-grpc';
import { OTLPLogExporter as JsonLogs } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtobufLogs } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPMetricExporter as GrpcMetrics } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { OTLPMetricExporter as JsonMetrics } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtobufMetrics } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter as GrpcTraces } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as JsonTraces } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufTraces } from '@opentelemetry/exporter-trace-otlp-proto';

const [grpcUrl, httpUrl, seconds, compressions, prefixes] = process.argv.slice(2);
const start = [Number(seconds), 123456789];
const end = [Number(seconds) + 1, 1];

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const PARENT = '53995c3f42cd8ad8';
const DELTA = 0;
const CUMULATIVE = 1;
const HISTOGRAM = 0;
const EXPONENTIAL = 1;
const GAUGE = 2;
const SUM = 3;

const resource = { attributes: { 'service.name': 'shop', 'host.cpus': 8 }, schemaUrl: 'https://schema.test/r' };
const scope = { name: 'lib', version: '1.2', schemaUrl: 'https://schema.test/s' };
const attributes = {
    text: 'naïve 🙂',
    none: '',
    cut: 'half \ud83d',
    'half \ude42': 'in a key',
    safe: Number.MAX_SAFE_INTEGER,
    negative: -3,
    min: -(2 ** 63),
    beyond: 2 ** 63,
    huge: 1e21,
    real: 0.5,
    tiny: 5e-324,
    nan: NaN,
    infinity: -Infinity,
    yes: true,
    bytes: new Uint8Array([0, 255, 16]),
    list: ['a', 1, [true, 0.5], []],
    map: { k: { n: 1, empty: {} }, l: ['x'] },
    nothing: null,
};

const log = {
    hrTime: start,
    hrTimeObserved: end,
    severityNumber: 17,
    severityText: 'ERROR',
    body: { message: 'naïve 🙂', count: 2 },
    eventName: 'checkout',
    attributes,
    droppedAttributesCount: 3,
    spanContext: { traceId: TRACE, spanId: SPAN, traceFlags: 1 },
    resource,
    instrumentationScope: scope,
};
const logs = [log, { ...log, body: 'odd ids', attributes: {}, spanContext: { traceId: 'ABCD', spanId: '0000000000000000', traceFlags: 0 } }];

const traceState = { serialize: () => 'vendor=1,other=2' };
const span = {
    name: 'GET /',
    kind: 2,
    spanContext: () => ({ traceId: TRACE, spanId: SPAN, traceFlags: 1, traceState }),
    parentSpanContext: { traceId: TRACE, spanId: PARENT, traceFlags: 1, isRemote: true },
    startTime: start,
    endTime: end,
    status: { code: 2, message: 'half \ud83d' },
    attributes,
    droppedAttributesCount: 1,
    events: [{ name: 'retry', time: end, attributes: { attempt: 2, nested: { a: [1] } }, droppedAttributesCount: 4 }],
    droppedEventsCount: 2,
    links: [{ context: { traceId: TRACE, spanId: PARENT, traceFlags: 1, traceState }, attributes: { why: 'batch' } }],
    droppedLinksCount: 3,
    resource,
    instrumentationScope: scope,
};
const spans = [span, { ...span, name: 'odd ids', attributes: {}, events: [], links: [], spanContext: () => ({ traceId: 'ABCD', spanId: '0000000000000000', traceFlags: 1 }), parentSpanContext: undefined }];

function metric(name, valueType, dataPointType, value, further = {}) {
    return {
        descriptor: { name, description: 'naïve 🙂', unit: '1', valueType },
        dataPointType,
        aggregationTemporality: CUMULATIVE,
        dataPoints: [{ attributes: name === 'gauge' ? attributes : {}, startTime: start, endTime: end, value }],
        ...further,
    };
}
const metrics = {
    resource,
    scopeMetrics: [{
        scope,
        metrics: [
            metric('gauge', ValueType.INT, GAUGE, Number.MAX_SAFE_INTEGER),
            metric('gauge.nan', ValueType.DOUBLE, GAUGE, NaN),
            metric('sum', ValueType.INT, SUM, -(2 ** 63), { isMonotonic: false, aggregationTemporality: DELTA }),
            metric('sum.real', ValueType.DOUBLE, SUM, 5e-324, { isMonotonic: true }),
            metric('histogram', ValueType.DOUBLE, HISTOGRAM, { buckets: { counts: [1, 0, Number.MAX_SAFE_INTEGER], boundaries: [0.5, 10] }, count: 2 ** 52, sum: 12.5, min: -1, max: 11 }),
            metric('exponential', ValueType.DOUBLE, EXPONENTIAL, {
                count: 7, sum: 12.5, min: 0, max: 9, scale: -2, zeroCount: 1, positive: { offset: -3, bucketCounts: [1, 2] }, negative: { offset: 4, bucketCounts: [3] },
            }),
        ],
    }],
};

const batches = { logs, traces: spans, metrics };
const transports = {
    grpc: { logs: GrpcLogs, traces: GrpcTraces, metrics: GrpcMetrics },
    json: { logs: JsonLogs, traces: JsonTraces, metrics: JsonMetrics },
    protobuf: { logs: ProtobufLogs, traces: ProtobufTraces, metrics: ProtobufMetrics },
};

function settings(transport, signal, tenant) {
    if (transport === 'grpc') {
        const metadata = new grpc.Metadata();
        metadata.set('x-scope-orgid', tenant);
        return { url: grpcUrl, metadata };
    }
    return { url: `${httpUrl}/v1/${signal}`, headers: { 'X-Scope-OrgID': tenant } };
}

function send(transport, signal, compression, tenant) {
    const exporter = new transports[transport][signal]({ ...settings(transport, signal, tenant), compression });
    return new Promise(resolve => {
        exporter.export(batches[signal], result => {
            console.log(`${tenant} ${signal} ${result.code === 0 ? 'ok' : 'failed'}`);
            resolve(exporter.shutdown());
        });
    });
}

const sent = [];
for (const prefix of prefixes.split(',')) {
    for (const transport of Object.keys(transports)) {
        for (const compression of compressions.split(',')) {
            for (const signal of Object.keys(batches)) {
                sent.push(send(transport, signal, compression, `${prefix}-${transport}-${compression}`));
            }
        }
    }
}
await Promise.all(sent);
