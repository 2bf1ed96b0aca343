using K8sLb.Protocol;
using K8sLb.Sidecar.Configuration;
using K8sLb.Sidecar.Draining;
using K8sLb.Sidecar.Listening;
using K8sLb.Sidecar.Observability;

namespace K8sLb.Sidecar.Snapshots;

/// <summary>The one way by which a snapshot comes into force, wherever it is from.</summary>
public sealed class SnapshotIntake(
    SnapshotInForce inForce,
    SidecarOptions options,
    MemberDrain drain,
    ProcessEnd end,
    PoolListeners listeners,
    PeerCredential credential,
    PeerKeyRing peerKeys,
    SidecarMetrics metrics,
    TimeProvider clock,
    ILogger<SnapshotIntake> log
)
{
    /// <summary>
    /// Takes up a snapshot of the operator's and keeps it for a restart. When this returns null, new work goes by it.
    /// </summary>
    /// <returns>Why it was refused, or null. The last good snapshot stays in force then.</returns>
    public async Task<string?> TakeAsync(MemberSnapshot received)
    {
        var error = SnapshotValidator.Check(received, options, inForce.Version);
        if (error is not null)
        {
            metrics.Snapshots.Add(1, SidecarMetrics.Outcome("refused"));
            SidecarLog.SnapshotRefused(log, error);
            return error;
        }
        var snapshot = SnapshotClock.ToLocal(received, clock.GetUtcNow());
        Put(snapshot, "operator");
        await listeners.ReconcileAsync();
        Keep(snapshot);
        if (snapshot.Self.WorkDone == true && end.Begin())
        {
            SidecarLog.WorkDone(log);
        }
        return null;
    }

    /// <summary>Takes up what is on disk: the static pool without an operator, else what was in force before a restart.</summary>
    /// <exception cref="SnapshotFileException">The static pool cannot be used, or nothing at all says what the pool is.</exception>
    public void Restore()
    {
        if (options.StaticPool is { } path)
        {
            var snapshot = SnapshotFile.Read(path);
            if (SnapshotValidator.Check(snapshot, options, held: null) is { } error)
            {
                throw new SnapshotFileException($"{path} cannot be used: {error}");
            }
            var self = snapshot.Pool.Members.FirstOrDefault(m => m.Uid == snapshot.Self.Uid);
            if (self is { PeerCredential.Length: > 0 })
            {
                credential.Adopt(self.PeerCredential);
            }
            Put(snapshot, path);
        }
        else if (File.Exists(options.SnapshotPath))
        {
            RestoreKept();
        }
        if (inForce.Current is null && options.Operator is null)
        {
            throw new SnapshotFileException(
                $"K8SLB_OPERATOR and K8SLB_STATIC_POOL are both unset and {options.SnapshotPath} holds no usable snapshot: one of them must say what the pool is"
            );
        }
    }

    private void RestoreKept()
    {
        try
        {
            var snapshot = SnapshotFile.Read(options.SnapshotPath);
            if (SnapshotValidator.Check(snapshot, options, held: null) is { } error)
            {
                throw new SnapshotFileException($"{options.SnapshotPath} cannot be used: {error}");
            }
            Put(snapshot, options.SnapshotPath);
        }
        catch (SnapshotFileException e)
        {
            metrics.Snapshots.Add(1, SidecarMetrics.Outcome("damaged"));
            SidecarLog.KeptSnapshotIgnored(log, e.Message);
        }
    }

    private void Put(MemberSnapshot snapshot, string source)
    {
        var isNew = inForce.Version != new SnapshotVersion(snapshot.Epoch, snapshot.Version);
        peerKeys.Follow(snapshot.Pool);
        inForce.Put(snapshot);
        drain.Follow(snapshot);
        metrics.Snapshots.Add(1, SidecarMetrics.Outcome("in_force"));
        if (isNew)
        {
            SidecarLog.SnapshotInForce(log, snapshot.Epoch, snapshot.Version, source);
        }
    }

    private void Keep(MemberSnapshot snapshot)
    {
        try
        {
            SnapshotFile.Write(options.SnapshotPath, snapshot);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            metrics.LoopFailures.Add(1, SidecarMetrics.Loop("persist"));
            SidecarLog.StateNotKept(log, e.Message);
        }
    }
}
