namespace K8sLb.Load;

/// <summary>
/// How connections moved, second by second since the load began: those that the server told to go elsewhere, and those that were
/// opened in their place. The recorder's lock guards it.
/// </summary>
internal sealed class MoveAccount
{
    private readonly Dictionary<int, int> told = [];
    private readonly Dictionary<int, int> reconnected = [];
    private long turnedAway;

    public void Told(double seconds) => Count(told, seconds);

    /// <summary>The first answer told so already.</summary>
    public void TurnedAway() => turnedAway++;

    public void Reconnected(double seconds) => Count(reconnected, seconds);

    public MoveReport Report() =>
        new()
        {
            Told = told.Values.Sum(),
            TurnedAway = turnedAway,
            MostToldInASecond = told.Values.DefaultIfEmpty().Max(),
            ToldBySecond = new SortedDictionary<int, int>(told),
            Reconnected = reconnected.Values.Sum(),
            MostReconnectedInASecond = reconnected.Values.DefaultIfEmpty().Max(),
        };

    private static void Count(Dictionary<int, int> bySecond, double seconds)
    {
        var second = (int)seconds;
        bySecond[second] = bySecond.GetValueOrDefault(second) + 1;
    }
}
