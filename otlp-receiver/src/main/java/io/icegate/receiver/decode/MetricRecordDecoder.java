package io.icegate.receiver.decode;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import io.icegate.receiver.decode.wire.WireMetric;
import io.icegate.receiver.decode.wire.WireMetricDecoder;
import io.icegate.schema.Attributes;
import io.icegate.schema.Exemplar;
import io.icegate.schema.MetricRow;
import io.icegate.schema.MetricValues;
import io.icegate.schema.PointValue;
import io.icegate.wal.BatchId;
import io.icegate.wal.format.MetricBatch;
import io.icegate.wal.format.MetricBlock;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.SummaryDataPoint;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;

import static java.util.Objects.requireNonNull;

/**
 * Turns metrics to rows of {@code metrics}, one per data point. A data point that is bad costs neither its neighbours nor the
 * metric.
 */
public final class MetricRecordDecoder
        implements RecordDecoder
{
    private final DecodeLimits limits;
    private final MetricMessage message = new MetricMessage();
    private final List<MetricRow> rows = new ArrayList<>();
    private final List<Integer> positions = new ArrayList<>();
    private @Nullable WireMetricDecoder wire;
    /**
     * The metric that is read from the wire, once a data point of it has another form.
     */
    private @Nullable MetricValues usualMetric;

    public MetricRecordDecoder(DecodeLimits limits)
    {
        this.limits = requireNonNull(limits, "limits is null");
    }

    /**
     * Adds a metric that has the usual form. Its data points need not have it.
     */
    @Override
    public boolean addUsual(RecordContext context)
            throws BadRecordException
    {
        WireMetricDecoder reader = wire;
        if (reader == null) {
            reader = new WireMetricDecoder(context.request(), limits.attributesMax(), limits.valueBytesMax(), limits.messagesMax());
            reader.block().expectRows(context.scopeRows());
            wire = reader;
        }
        if (!reader.readMetric(context.offset(), context.length())) {
            return false;
        }
        WireMetric metric = reader.metric();
        context.endUsualShared(reader.textBytes(), reader.metadata(), metric.points());
        usualMetric = null;
        WireMetricDecoder points = reader;
        forEachPoint(context, metric.type(), metric.points(), metric::pointOffset, metric::pointLength, () -> addUsualPoint(context, points));
        return true;
    }

    private void addUsualPoint(RecordContext context, WireMetricDecoder reader)
            throws BadRecordException, InvalidProtocolBufferException
    {
        MetricBlock block = reader.block();
        if (reader.readPoint(context.offset(), context.length())) {
            context.values().count(reader.values());
            block.endRow(context.resource(), context.scope(), context.timestamp(block.time(), block.startTime()), context.receivedMicros(), context.residual());
            return;
        }
        MetricValues metric = usualMetric;
        if (metric == null) {
            metric = block.metric();
            usualMetric = metric;
        }
        addPoint(context, metric);
    }

    @Override
    public void add(RecordContext context)
            throws BadRecordException, InvalidProtocolBufferException
    {
        message.read(context.request(), context.offset(), context.length());
        Metric metric = context.parseShared(message.rest(), Metric.parser());
        if (message.points() == 0) {
            addNothing(context, metric);
            return;
        }
        MetricValues columns = columns(metric, context.values());
        context.endShared(columns, message.points());
        forEachPoint(context, columns.type(), message.points(), message::offset, message::length, () -> addPoint(context, columns));
    }

    /**
     * Points of a kind that we do not know must not be taken for none.
     */
    private static void addNothing(RecordContext context, Metric metric)
            throws BadRecordException
    {
        if (metric.getDataCase() == Metric.DataCase.DATA_NOT_SET && !metric.getUnknownFields().isEmpty()) {
            throw new BadRecordException("it has no data but unknown fields, which may be a kind of data that this receiver does not know");
        }
        context.values().discard();
        context.noPoints();
    }

    private static MetricValues columns(Metric metric, ValueDecoder values)
            throws BadRecordException
    {
        values.checkUnknown(metric);
        String name = values.column(metric.getName());
        String description = values.column(metric.getDescription());
        String unit = values.column(metric.getUnit());
        Attributes metadata = values.attributes(metric.getMetadataList());
        return switch (metric.getDataCase()) {
            case GAUGE -> {
                values.checkUnknown(metric.getGauge());
                yield new MetricValues(MetricValues.Type.GAUGE, name, description, unit, metadata, null, null);
            }
            case SUM -> {
                values.checkUnknown(metric.getSum());
                yield new MetricValues(
                        MetricValues.Type.SUM,
                        name,
                        description,
                        unit,
                        metadata,
                        metric.getSum().getAggregationTemporalityValue(),
                        metric.getSum().getIsMonotonic());
            }
            case HISTOGRAM -> {
                values.checkUnknown(metric.getHistogram());
                yield new MetricValues(MetricValues.Type.HISTOGRAM, name, description, unit, metadata, metric.getHistogram().getAggregationTemporalityValue(), null);
            }
            case EXPONENTIAL_HISTOGRAM -> {
                values.checkUnknown(metric.getExponentialHistogram());
                int temporality = metric.getExponentialHistogram().getAggregationTemporalityValue();
                yield new MetricValues(MetricValues.Type.EXPONENTIAL_HISTOGRAM, name, description, unit, metadata, temporality, null);
            }
            case SUMMARY -> {
                values.checkUnknown(metric.getSummary());
                yield new MetricValues(MetricValues.Type.SUMMARY, name, description, unit, metadata, null, null);
            }
            case DATA_NOT_SET -> throw new IllegalStateException("Cannot describe a metric without data");
        };
    }

    private static void forEachPoint(RecordContext context, MetricValues.Type type, int points, IntUnaryOperator offset, IntUnaryOperator length, RecordContext.PointReader reader)
    {
        Descriptor message = switch (type) {
            case GAUGE, SUM -> NumberDataPoint.getDescriptor();
            case HISTOGRAM -> HistogramDataPoint.getDescriptor();
            case EXPONENTIAL_HISTOGRAM -> ExponentialHistogramDataPoint.getDescriptor();
            case SUMMARY -> SummaryDataPoint.getDescriptor();
        };
        String list = switch (type) {
            case GAUGE -> "gauge/dataPoints";
            case SUM -> "sum/dataPoints";
            case HISTOGRAM -> "histogram/dataPoints";
            case EXPONENTIAL_HISTOGRAM -> "exponentialHistogram/dataPoints";
            case SUMMARY -> "summary/dataPoints";
        };
        for (int i = 0; i < points; i++) {
            context.point(message, list, i, offset.applyAsInt(i), length.applyAsInt(i), reader);
        }
    }

    private void addPoint(RecordContext context, MetricValues metric)
            throws BadRecordException, InvalidProtocolBufferException
    {
        switch (metric.type()) {
            case GAUGE, SUM -> addNumber(context, metric);
            case HISTOGRAM -> addHistogram(context, metric);
            case EXPONENTIAL_HISTOGRAM -> addExponentialHistogram(context, metric);
            case SUMMARY -> addSummary(context, metric);
        }
    }

    private void addNumber(RecordContext context, MetricValues metric)
            throws BadRecordException, InvalidProtocolBufferException
    {
        NumberDataPoint point = context.parse(NumberDataPoint.parser());
        ValueDecoder values = context.values();
        values.checkUnknown(point);
        PointValue value = switch (point.getValueCase()) {
            case AS_DOUBLE -> new PointValue.Real(values.real(point.getAsDouble()));
            case AS_INT -> new PointValue.Int(point.getAsInt());
            case VALUE_NOT_SET -> PointValue.Missing.INSTANCE;
        };
        Attributes attributes = values.attributes(point.getAttributesList());
        List<Exemplar> exemplars = exemplars(values, point.getExemplarsList());
        add(context, metric, point.getStartTimeUnixNano(), point.getTimeUnixNano(), point.getFlags(), attributes, value, exemplars, context.residual(point));
    }

    private void addHistogram(RecordContext context, MetricValues metric)
            throws BadRecordException, InvalidProtocolBufferException
    {
        HistogramDataPoint point = context.parse(HistogramDataPoint.parser());
        ValueDecoder values = context.values();
        values.checkUnknown(point);
        PointValue value = new PointValue.Histogram(
                point.getCount(),
                point.hasSum() ? values.real(point.getSum()) : null,
                point.hasMin() ? values.real(point.getMin()) : null,
                point.hasMax() ? values.real(point.getMax()) : null,
                values.longs(point.getBucketCountsList()),
                values.reals(point.getExplicitBoundsList()));
        Attributes attributes = values.attributes(point.getAttributesList());
        List<Exemplar> exemplars = exemplars(values, point.getExemplarsList());
        add(context, metric, point.getStartTimeUnixNano(), point.getTimeUnixNano(), point.getFlags(), attributes, value, exemplars, context.residual(point));
    }

    private void addExponentialHistogram(RecordContext context, MetricValues metric)
            throws BadRecordException, InvalidProtocolBufferException
    {
        ExponentialHistogramDataPoint point = context.parse(ExponentialHistogramDataPoint.parser());
        ValueDecoder values = context.values();
        values.checkUnknown(point);
        PointValue value = new PointValue.ExponentialHistogram(
                point.getCount(),
                point.hasSum() ? values.real(point.getSum()) : null,
                point.hasMin() ? values.real(point.getMin()) : null,
                point.hasMax() ? values.real(point.getMax()) : null,
                point.getScale(),
                point.getZeroCount(),
                values.real(point.getZeroThreshold()),
                point.hasPositive() ? buckets(values, point.getPositive()) : null,
                point.hasNegative() ? buckets(values, point.getNegative()) : null);
        Attributes attributes = values.attributes(point.getAttributesList());
        List<Exemplar> exemplars = exemplars(values, point.getExemplarsList());
        add(context, metric, point.getStartTimeUnixNano(), point.getTimeUnixNano(), point.getFlags(), attributes, value, exemplars, context.residual(point));
    }

    private static PointValue.Buckets buckets(ValueDecoder values, ExponentialHistogramDataPoint.Buckets buckets)
    {
        values.checkUnknown(buckets);
        return new PointValue.Buckets(buckets.getOffset(), values.longs(buckets.getBucketCountsList()));
    }

    private void addSummary(RecordContext context, MetricValues metric)
            throws BadRecordException, InvalidProtocolBufferException
    {
        SummaryDataPoint point = context.parse(SummaryDataPoint.parser());
        ValueDecoder values = context.values();
        values.checkUnknown(point);
        List<PointValue.Quantile> quantiles = new ArrayList<>(point.getQuantileValuesCount());
        for (SummaryDataPoint.ValueAtQuantile quantile : values.bounded(point.getQuantileValuesList())) {
            values.checkUnknown(quantile);
            quantiles.add(new PointValue.Quantile(values.real(quantile.getQuantile()), values.real(quantile.getValue())));
        }
        PointValue value = new PointValue.Summary(point.getCount(), values.real(point.getSum()), quantiles);
        Attributes attributes = values.attributes(point.getAttributesList());
        add(context, metric, point.getStartTimeUnixNano(), point.getTimeUnixNano(), point.getFlags(), attributes, value, List.of(), context.residual(point));
    }

    @SuppressWarnings("NullAway") // does not see in class files that an array component is @Nullable
    private void add(
            RecordContext context,
            MetricValues metric,
            long startTime,
            long time,
            int flags,
            Attributes attributes,
            PointValue value,
            List<Exemplar> exemplars,
            byte @Nullable [] residual)
    {
        positions.add((wire == null ? 0 : wire.block().rowCount()) + rows.size());
        rows.add(new MetricRow(
                context.resource(),
                context.scope(),
                metric,
                context.timestamp(time, startTime),
                context.receivedMicros(),
                startTime,
                time,
                Integer.toUnsignedLong(flags),
                attributes,
                value,
                exemplars,
                residual));
    }

    private static List<Exemplar> exemplars(ValueDecoder values, List<io.opentelemetry.proto.metrics.v1.Exemplar> list)
            throws BadRecordException
    {
        if (list.isEmpty()) {
            return List.of();
        }
        List<Exemplar> exemplars = new ArrayList<>(list.size());
        for (io.opentelemetry.proto.metrics.v1.Exemplar exemplar : values.bounded(list)) {
            values.checkUnknown(exemplar);
            PointValue.Number value = switch (exemplar.getValueCase()) {
                case AS_DOUBLE -> new PointValue.Real(values.real(exemplar.getAsDouble()));
                case AS_INT -> new PointValue.Int(exemplar.getAsInt());
                case VALUE_NOT_SET -> PointValue.Missing.INSTANCE;
            };
            List<KeyValue> attributes = exemplar.getFilteredAttributesList();
            exemplars.add(new Exemplar(
                    exemplar.getTimeUnixNano(),
                    value,
                    values.traceId(exemplar.getTraceId()),
                    values.spanId(exemplar.getSpanId()),
                    values.attributes(attributes)));
        }
        values.count(exemplars.size());
        return exemplars;
    }

    @Override
    public MetricBatch batch(BatchId id, String tenant, long bytes)
    {
        MetricBlock block = wire == null ? new MetricBlock(new byte[0]) : wire.block();
        return new MetricBatch(id, tenant, block, rows, positions.stream().mapToInt(Integer::intValue).toArray(), bytes);
    }
}
