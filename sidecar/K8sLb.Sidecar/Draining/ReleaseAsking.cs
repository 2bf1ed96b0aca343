using K8sLb.Protocol;
using K8sLb.Sidecar.Connections;

namespace K8sLb.Sidecar.Draining;

/// <summary>Asks a connection to go as a <see cref="ReleaseStep"/> says; for loops that look at it again and again.</summary>
internal static class ReleaseAsking
{
    /// <summary>
    /// A process that stood still, throttled at its CPU limit say, finds all its clients quiet when it wakes, with what they
    /// sent still unread. What is quiet is asked again before it is believed.
    /// </summary>
    private const int RoundsToBelieve = 3;

    public static void Ask(this TrackedConnection connection, ReleaseStep step, EndReason why)
    {
        connection.QuietRounds = step == ReleaseStep.WhenSettled ? connection.QuietRounds + 1 : 0;
        switch (step)
        {
            case ReleaseStep.AfterAnswer:
                connection.Release(ReleaseUrgency.AfterAnswer, why);
                break;
            case ReleaseStep.WhenSettled when connection.QuietRounds >= RoundsToBelieve:
                connection.Release(ReleaseUrgency.WhenSettled, why);
                break;
            case ReleaseStep.AtNextBoundary:
                connection.Release(ReleaseUrgency.AtNextBoundary, why);
                break;
            default:
                break;
        }
    }
}
