using K8sLb.Sidecar.Retries;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests.Retries;

public sealed class RetryBudgetTests
{
    private readonly ManualTime clock = new();

    [Fact]
    public void A_percentage_of_the_requests_may_be_repeated()
    {
        var budget = With(requests: 100);

        Taken(budget, percent: 20, minPerSecond: 0).ShouldBe(20);
    }

    [Fact]
    public void A_few_are_allowed_where_nothing_is_asked_for() =>
        Taken(With(requests: 0), percent: 20, minPerSecond: 1).ShouldBe(10);

    [Fact]
    public void What_is_older_than_ten_seconds_counts_no_more()
    {
        var budget = With(requests: 100);
        Taken(budget, percent: 20, minPerSecond: 0).ShouldBe(20);

        clock.Advance(TimeSpan.FromSeconds(9));
        Taken(budget, percent: 20, minPerSecond: 0).ShouldBe(0);

        clock.Advance(TimeSpan.FromSeconds(1));
        Taken(budget, percent: 20, minPerSecond: 0).ShouldBe(0, "neither requests nor retries are left");
        budget.NoteRequest();
        Taken(budget, percent: 100, minPerSecond: 0).ShouldBe(1);
    }

    [Fact]
    public async Task Many_at_once_take_no_more_than_there_is()
    {
        var budget = With(requests: 1_000);

        var taken = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => Task.Run(() => Taken(budget, percent: 20, minPerSecond: 0)))
        );

        taken.Sum().ShouldBeInRange(190, 200);
    }

    private RetryBudget With(int requests)
    {
        var budget = new RetryBudget(clock);
        for (var i = 0; i < requests; i++)
        {
            budget.NoteRequest();
        }
        return budget;
    }

    private static int Taken(RetryBudget budget, int percent, int minPerSecond)
    {
        var taken = 0;
        for (var i = 0; i < 1_000; i++)
        {
            taken += budget.TryTake(percent, minPerSecond) ? 1 : 0;
        }
        return taken;
    }
}
