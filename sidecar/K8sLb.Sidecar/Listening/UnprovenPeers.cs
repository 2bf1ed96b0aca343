using System.Net;

namespace K8sLb.Sidecar.Listening;

/// <summary>
/// Bounds connections to the peer port that have not shown yet that they are of the pool. Honest ones are that for the time of a round
/// trip, so that the bounds are far above what members open at once.
/// </summary>
public sealed class UnprovenPeers(int most = 2048, int mostOfOne = 256)
{
    private readonly Lock gate = new();
    private readonly Dictionary<IPAddress, int> ofAddress = [];
    private int all;

    /// <returns>False where there are too many; else <see cref="Leave"/> must follow.</returns>
    public bool TryEnter(IPAddress from)
    {
        lock (gate)
        {
            var known = ofAddress.GetValueOrDefault(from);
            if (all >= most || known >= mostOfOne)
            {
                return false;
            }
            all++;
            ofAddress[from] = known + 1;
            return true;
        }
    }

    public void Leave(IPAddress from)
    {
        lock (gate)
        {
            all--;
            if (--ofAddress[from] == 0)
            {
                ofAddress.Remove(from);
            }
        }
    }
}
