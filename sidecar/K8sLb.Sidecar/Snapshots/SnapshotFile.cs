using System.Text.Json;
using K8sLb.Protocol;

namespace K8sLb.Sidecar.Snapshots;

/// <summary>A MemberSnapshot on disk, its times on this machine's clock.</summary>
public static class SnapshotFile
{
    public static void Write(string path, MemberSnapshot snapshot) =>
        AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(snapshot, ProtocolJson.Default.MemberSnapshot));

    /// <exception cref="SnapshotFileException">There is no file, or it does not hold a snapshot; says which and why.</exception>
    public static MemberSnapshot Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), ProtocolJson.Default.MemberSnapshot)
                ?? throw new SnapshotFileException($"{path} holds null, not a MemberSnapshot");
        }
        catch (JsonException e)
        {
            throw new SnapshotFileException($"{path} does not hold a MemberSnapshot: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SnapshotFileException($"{path} cannot be read: {e.Message}", e);
        }
    }
}

public sealed class SnapshotFileException(string message, Exception? inner = null) : Exception(message, inner);
