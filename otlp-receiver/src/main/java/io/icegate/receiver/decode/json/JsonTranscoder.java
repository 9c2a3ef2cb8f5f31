package io.icegate.receiver.decode.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.WireFormat;
import io.icegate.receiver.decode.json.JsonMessage.Field;
import io.icegate.receiver.signal.Refusal;
import io.icegate.receiver.signal.RefusedException;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads OTLP's JSON encoding: protobuf's JSON mapping, but trace and span ids in hex, keys in lowerCamelCase only, and enums
 * as numbers (names are accepted too).
 * <p>
 * Ignores unknown keys, as OTLP demands: a newer client may send them with each request. Tells only of those that look like a
 * mistake, see {@link UnknownKeys}. A value that is wrong costs its record, resource or scope, or outside of these itself.
 * <p>
 * Reads what exporters send beside the specification as the protobuf encoding of the same exporter has it. An integer beyond
 * 64 bits is a double, and half of a surrogate pair is U+FFFD.
 */
public final class JsonTranscoder
{
    /**
     * Levels of JSON that are followed, or skipped, before the whole text is refused. Bounds memory, not values.
     */
    private static final int JSON_DEPTH_MAX = 100_000;
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(JSON_DEPTH_MAX)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            .build();

    /**
     * Levels of the three envelopes; what is deeper has no level.
     */
    private static final int REQUEST = 0;
    private static final int RESOURCE = 1;
    private static final int SCOPE = 2;
    private static final int INNER = 3;

    /**
     * Levels from what a metric is in to its data points: the metric, its data, the array.
     */
    private static final int POINTS_DEPTH = 3;

    private final JsonMessage request;
    private final int depthMax;
    private final int recordsMax;

    /**
     * @param request an export request of any signal
     * @param depthMax messages within messages
     */
    public JsonTranscoder(Descriptor request, int depthMax, int recordsMax)
    {
        this.request = JsonMessage.of(request);
        this.depthMax = depthMax;
        this.recordsMax = recordsMax;
    }

    /**
     * @throws RefusedException when this is no JSON object, or not one that holds a request
     */
    public TranscodedRequest transcode(byte[] json)
    {
        boolean isUtf8 = UnsafeByteOperations.unsafeWrap(json).isValidUtf8();
        try (JsonParser parser = isUtf8 ? JSON.createParser(json) : JSON.createParser(Utf8Escape.decode(json))) {
            Run run = new Run(parser, !isUtf8, new WireWriter(json.length / 2));
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw malformed("it is no JSON object");
            }
            run.message(request, REQUEST, 0);
            if (parser.nextToken() != null) {
                throw malformed("text follows the JSON object");
            }
            return new TranscodedRequest(run.out.toByteArray(), run.wrong, Optional.ofNullable(run.ignored), run.unknownKeys.remark());
        }
        catch (WrongValueException e) {
            throw malformed(ofField(e));
        }
        catch (StreamConstraintsException e) {
            throw malformed("it nests deeper than %s levels of JSON".formatted(JSON_DEPTH_MAX));
        }
        catch (JsonProcessingException e) {
            throw malformed(syntax(e));
        }
        catch (IOException e) {
            throw new IllegalStateException("Cannot read from memory", e);
        }
    }

    private static RefusedException malformed(String reason)
    {
        return new RefusedException(Refusal.MALFORMED, "Cannot decode request: " + reason);
    }

    private static String ofField(WrongValueException wrong)
    {
        return "JSON field " + wrong.getMessage();
    }

    /**
     * Names the place only. Messages of the parser quote the text, which must not get into logs.
     */
    private static String syntax(JsonProcessingException e)
    {
        String place = e.getLocation() == null ? "" : " at line %s, column %s".formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr());
        return "it is no valid JSON" + place;
    }

    /**
     * One request.
     */
    private final class Run
    {
        private final JsonParser parser;
        private final JsonScalars scalars;
        private final WireWriter out;
        private final Map<Place, String> wrong = new HashMap<>();
        private final UnknownKeys unknownKeys = new UnknownKeys();
        private final List<Place> wrongPoints = new ArrayList<>();
        private final int[] place = {-1, -1, -1};
        private int records;
        private int points;
        private @Nullable String ignored;

        private Run(JsonParser parser, boolean escaped, WireWriter out)
        {
            this.parser = parser;
            this.out = out;
            scalars = new JsonScalars(parser, out, escaped);
        }

        /**
         * Writes the fields of an object. A field that is null counts as absent. If a field is given twice, the last value
         * wins.
         */
        private void message(JsonMessage type, int level, int depth)
                throws IOException, WrongValueException
        {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw scalars.wrong("is not an object");
            }
            if (depth > depthMax) {
                throw new WrongValueException("", "values are nested too deep");
            }
            int start = out.position();
            long written = 0;
            boolean known = false;
            List<String> unknown = List.of();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                @Nullable Field field = type.field(name);
                known |= field != null;
                if (parser.nextToken() == JsonToken.VALUE_NULL) {
                    continue;
                }
                if (field == null) {
                    unknown = UnknownKeys.with(unknown, name);
                    parser.skipChildren();
                    continue;
                }
                if ((written & 1L << field.index()) != 0 && (field.message() != null || field.descriptor().isRepeated())) {
                    out.remove(field.number(), start);
                    forget(level, field);
                }
                written |= 1L << field.index();
                field(type, field, level, depth);
            }
            if (!unknown.isEmpty()) {
                unknownKeys.add(parser.getParsingContext(), unknown, type, known);
            }
        }

        /**
         * Forgets what was wrong in a value that a later one replaces.
         */
        private void forget(int level, Field field)
        {
            if (level < INNER && field.message() != null) {
                wrong.keySet().removeIf(known -> isWithin(known, level, field.number() == 1));
            }
        }

        private boolean isWithin(Place known, int level, boolean own)
        {
            return switch (level) {
                case REQUEST -> true;
                case RESOURCE -> known.resource() == place[0] && (known.scope() < 0) == own;
                default -> known.resource() == place[0] && known.scope() == place[1] && (known.record() < 0) == own;
            };
        }

        /**
         * Of the data of several kinds in one metric the last one counts.
         */
        private void forgetPoints()
        {
            wrongPoints.forEach(wrong::remove);
            wrongPoints.clear();
        }

        private void field(JsonMessage type, Field field, int level, int depth)
                throws IOException, WrongValueException
        {
            if (level < INNER) {
                ofEnvelope(type, field, level, depth);
            }
            else if (!field.descriptor().isRepeated()) {
                element(type, field, depth);
            }
            else {
                if (parser.currentToken() != JsonToken.START_ARRAY) {
                    throw scalars.wrong("is not an array");
                }
                if (field.isPoints()) {
                    forgetPoints();
                }
                for (int index = 0; parser.nextToken() != JsonToken.END_ARRAY; index++) {
                    if (field.isPoints()) {
                        point(field, index, depth);
                    }
                    else {
                        element(type, field, depth);
                    }
                }
            }
        }

        /**
         * Writes a field of a request, or of what a resource or a scope is in. Ignores a value that is wrong, so that the
         * records beside it are stored.
         */
        private void ofEnvelope(JsonMessage type, Field field, int level, int depth)
                throws IOException, WrongValueException
        {
            if (field.message() == null) {
                try {
                    element(type, field, depth);
                }
                catch (WrongValueException e) {
                    ignore(e);
                }
            }
            else if (!field.descriptor().isRepeated()) {
                own(field, level, depth);
            }
            else if (parser.currentToken() != JsonToken.START_ARRAY) {
                ignore(scalars.wrong("is not an array"));
            }
            else {
                for (int index = 0; parser.nextToken() != JsonToken.END_ARRAY; index++) {
                    place[level] = index;
                    child(field, level, depth);
                }
            }
        }

        private void child(Field field, int level, int depth)
                throws IOException, WrongValueException
        {
            if (level == SCOPE) {
                record(field, depth);
            }
            else if (parser.currentToken() == JsonToken.START_OBJECT) {
                nested(field, level + 1, depth);
            }
            else {
                ignore(scalars.wrong("is not an object"));
                // its index belongs to it
                empty(field);
            }
        }

        private void ignore(WrongValueException wrongValue)
                throws IOException
        {
            if (ignored == null) {
                ignored = ofField(wrongValue);
            }
            parser.skipChildren();
        }

        private void empty(Field field)
        {
            out.tag(field.number(), WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.varint(0);
        }

        /**
         * Writes the resource or scope of an envelope; when it is wrong, an empty one.
         */
        private void own(Field field, int level, int depth)
                throws IOException
        {
            guarded(field, depth, new Place(place[0], level == RESOURCE ? -1 : place[1], -1));
        }

        private void record(Field field, int depth)
                throws IOException
        {
            countRecord(++records);
            wrongPoints.clear();
            guarded(field, depth, new Place(place[0], place[1], place[2]));
        }

        private void point(Field field, int index, int depth)
                throws IOException
        {
            countRecord(++points);
            guarded(field, depth, new Place(place[0], place[1], place[2], index));
        }

        private void countRecord(int count)
        {
            if (count > recordsMax) {
                throw malformed("it holds more than %s records".formatted(recordsMax));
            }
        }

        /**
         * Writes a message; when it is wrong, an empty one in its place.
         */
        private void guarded(Field field, int depth, Place where)
                throws IOException
        {
            int start = out.position();
            boolean isContainer = parser.currentToken().isStructStart();
            int outside = parser.getParsingContext().getNestingDepth() - (isContainer ? 1 : 0);
            int pointsBefore = points;
            try {
                nested(field, INNER, depth);
            }
            catch (WrongValueException e) {
                if (where.point() >= 0) {
                    wrongPoints.add(where);
                }
                wrong.put(where, e.below(at(outside).pathAsPointer().toString()));
                out.truncate(start);
                while (parser.getParsingContext().getNestingDepth() > outside) {
                    if (isPoint(parser.nextToken(), outside + POINTS_DEPTH)) {
                        countRecord(++points);
                    }
                }
                out.tag(field.number(), WireFormat.WIRETYPE_LENGTH_DELIMITED);
                int begin = out.begin();
                if (where.record() >= 0 && where.point() < 0 && points > pointsBefore) {
                    field.requireMessage().writePoints(points - pointsBefore, out);
                }
                out.end(begin);
            }
        }

        private JsonStreamContext at(int nestingDepth)
        {
            JsonStreamContext context = parser.getParsingContext();
            while (context.getNestingDepth() > nestingDepth) {
                context = context.getParent();
            }
            return context;
        }

        /**
         * True when a data point begins.
         *
         * @param depth of the array that it is in
         */
        private boolean isPoint(JsonToken token, int depth)
        {
            JsonStreamContext context = parser.getParsingContext();
            JsonStreamContext around = token.isStructStart() ? context.getParent() : context;
            return (token.isStructStart() || token.isScalarValue())
                    && around.inArray()
                    && around.getNestingDepth() == depth
                    && JsonMessage.POINTS_NAME.equals(around.getParent().getCurrentName());
        }

        private void element(JsonMessage type, Field field, int depth)
                throws IOException, WrongValueException
        {
            if (field.message() != null) {
                nested(field, INNER, depth);
            }
            else if (type.doubleField() != 0 && isInteger(field.descriptor().getType())) {
                scalars.integerOrDouble(field, type.doubleField());
            }
            else {
                scalars.write(field);
            }
        }

        private static boolean isInteger(FieldDescriptor.Type type)
        {
            return type == FieldDescriptor.Type.INT64 || type == FieldDescriptor.Type.SFIXED64;
        }

        private void nested(Field field, int level, int depth)
                throws IOException, WrongValueException
        {
            out.tag(field.number(), WireFormat.WIRETYPE_LENGTH_DELIMITED);
            int begin = out.begin();
            message(field.requireMessage(), level, depth + 1);
            out.end(begin);
        }
    }
}
