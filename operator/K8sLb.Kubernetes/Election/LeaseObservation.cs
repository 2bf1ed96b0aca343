using K8sLb.Kubernetes.Models;

namespace K8sLb.Kubernetes;

/// <summary>What this process has seen of a Lease, and since when by its own clock.</summary>
internal sealed class LeaseObservation(TimeSpan ownDuration, TimeProvider time)
{
    private static readonly IReadOnlyDictionary<string, string> NoAnnotations = new Dictionary<string, string>();

    private readonly Lock gate = new();
    private V1Lease? lease;
    private long changedAt;
    private int highestTransitions;

    public void Observe(V1Lease seen)
    {
        lock (gate)
        {
            // The spec alone: an edit of labels or annotations is no sign of life.
            if (lease is null || lease.Spec != seen.Spec)
            {
                changedAt = time.GetTimestamp();
            }
            lease = seen;
            highestTransitions = Math.Max(highestTransitions, seen.Spec?.LeaseTransitions ?? 0);
        }
    }

    /// <summary>The Lease is gone. Its fencing numbers are remembered.</summary>
    public void Forget()
    {
        lock (gate)
        {
            lease = null;
        }
    }

    /// <summary>Greater than any that was seen, also where the Lease was deleted and made anew.</summary>
    public int NextFencingNumber
    {
        get
        {
            lock (gate)
            {
                return highestTransitions + 1;
            }
        }
    }

    /// <summary>Nobody holds it, or its holder has not renewed it for the duration that the holder promised.</summary>
    public bool IsFree
    {
        get
        {
            lock (gate)
            {
                return string.IsNullOrEmpty(lease?.Spec?.HolderIdentity) || IsExpired;
            }
        }
    }

    public ObservedLeader? Leader
    {
        get
        {
            lock (gate)
            {
                return lease?.Spec is { HolderIdentity: { Length: > 0 } holder } spec && !IsExpired
                    ? new ObservedLeader(
                        holder,
                        spec.LeaseTransitions ?? 0,
                        lease.Metadata.Annotations?.AsReadOnly() ?? NoAnnotations
                    )
                    : null;
            }
        }
    }

    private bool IsExpired
    {
        get
        {
            var promised = lease?.Spec?.LeaseDurationSeconds is { } seconds and > 0
                ? TimeSpan.FromSeconds(seconds)
                : ownDuration;
            return time.GetElapsedTime(changedAt) >= promised;
        }
    }
}
