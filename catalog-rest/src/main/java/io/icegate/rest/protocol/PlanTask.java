package io.icegate.rest.protocol;

import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.exceptions.NoSuchPlanTaskException;
import org.apache.iceberg.rest.requests.PlanTableScanRequest;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;

import static java.util.Objects.requireNonNull;

/**
 * A part of a plan that is too long for one answer. Its text holds all that is needed to plan again and keep this part, so any server
 * can answer it, at any time while the snapshot is there, and none keeps anything.
 *
 * @param request names its snapshots
 * @param slice which files: those whose location has this hash
 * @param slices of the whole plan
 */
record PlanTask(UUID table, PlanTableScanRequest request, int slice, int slices)
{
    private static final int HEAD_BYTES = 2 * Long.BYTES + 2 * Integer.BYTES;

    PlanTask
    {
        requireNonNull(table, "table is null");
        requireNonNull(request, "request is null");
        if (slices < 1 || slice < 0 || slice >= slices) {
            throw new IllegalArgumentException("Cannot be part %s of %s".formatted(slice, slices));
        }
    }

    /**
     * All parts of a plan.
     */
    static List<String> texts(UUID table, PlanTableScanRequest request, int slices)
    {
        byte[] json = RestJson.write(request);
        List<String> texts = new ArrayList<>(slices);
        for (int slice = 0; slice < slices; slice++) {
            ByteBuffer content = ByteBuffer.allocate(HEAD_BYTES + json.length)
                    .putLong(table.getMostSignificantBits())
                    .putLong(table.getLeastSignificantBits())
                    .putInt(slice)
                    .putInt(slices)
                    .put(json);
            texts.add(Base64.getUrlEncoder().withoutPadding().encodeToString(content.array()));
        }
        return texts;
    }

    /**
     * @throws NoSuchPlanTaskException when no plan of this server, or of another one, has such a part
     */
    static PlanTask parse(String text)
    {
        try {
            ByteBuffer content = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
            if (content.remaining() > HEAD_BYTES) {
                UUID table = new UUID(content.getLong(), content.getLong());
                int slice = content.getInt();
                int slices = content.getInt();
                byte[] json = new byte[content.remaining()];
                content.get(json);
                return new PlanTask(table, RestJson.read(json, PlanTableScanRequest.class), slice, slices);
            }
        }
        catch (RuntimeException e) {
            throw new NoSuchPlanTaskException(e, "Plan task does not exist: it is not one of this catalog");
        }
        throw new NoSuchPlanTaskException("Plan task does not exist: it is not one of this catalog");
    }

    boolean contains(FileScanTask file)
    {
        return Math.floorMod(file.file().location().hashCode(), slices) == slice;
    }
}
