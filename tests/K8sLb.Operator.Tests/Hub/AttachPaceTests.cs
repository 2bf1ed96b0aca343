using System.Globalization;
using System.Net;
using FsCheck;
using FsCheck.Fluent;
using K8sLb.Operator.Hub;
using K8sLb.TestKit;

namespace K8sLb.Operator.Tests.Hub;

public sealed class AttachPaceTests
{
    private const int PerSecond = 200;

    private readonly ManualTime time = new();

    [Fact]
    public void A_thousand_that_come_at_once_are_let_in_at_the_rate_and_few_come_in_vain()
    {
        const int Herd = 1_000;
        var pace = new AttachPace(new HubOptions { AttachesPerSecond = PerSecond }, time);
        var random = new Random(1);
        var dials = new PriorityQueue<IPAddress, TimeSpan>();
        for (var i = 0; i < Herd; i++)
        {
            dials.Enqueue(Source(i), TimeSpan.Zero);
        }
        var now = TimeSpan.Zero;
        var (asked, letIn) = (0, new List<TimeSpan>());
        while (dials.TryDequeue(out var source, out var at))
        {
            time.Advance(at - now);
            now = at;
            asked++;
            if (pace.Wait(source) is { } wait)
            {
                // As a sidecar does: not sooner, and up to a quarter later.
                dials.Enqueue(source, at + (wait * (1 + (0.25 * random.NextDouble()))));
            }
            else
            {
                letIn.Add(at);
            }
        }

        letIn.Count.ShouldBe(Herd);
        letIn.Max().ShouldBeLessThan(TimeSpan.FromSeconds(1.5 * Herd / PerSecond));
        asked.ShouldBeLessThan(3 * Herd);
        foreach (var from in letIn)
        {
            letIn
                .Count(at => at >= from && at < from + TimeSpan.FromSeconds(1))
                .ShouldBeLessThanOrEqualTo(2 * PerSecond);
        }
    }

    [Fact]
    public void Whoever_floods_from_one_address_takes_a_fifth_and_the_others_come_in()
    {
        var pace = new AttachPace(new HubOptions { AttachesPerSecond = PerSecond }, time);
        var flood = Enumerable.Range(0, 10_000).Count(_ => pace.Wait(Source(0)) is null);

        flood.ShouldBe(PerSecond / 5);
        Enumerable.Range(1, PerSecond * 4 / 5).ShouldAllBe(i => pace.Wait(Source(i)) == null);
        pace.Wait(Source(9_999)).ShouldNotBeNull();
    }

    [Fact]
    public void A_bucket_never_gives_more_than_it_holds_and_what_came_since()
    {
        var gaps = Gen.Choose(0, 50).ListOf();
        Prop.ForAll(
                gaps.ToArbitrary(),
                milliseconds =>
                {
                    var bucket = new TokenBucket(10);
                    var (now, given) = (TimeSpan.Zero, 0);
                    foreach (var gap in milliseconds)
                    {
                        now += TimeSpan.FromMilliseconds(gap);
                        given += bucket.Wait(now) is null ? 1 : 0;
                        if (given > 10 + (now.TotalSeconds * 10))
                        {
                            return false;
                        }
                    }
                    return true;
                }
            )
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Turns_are_different_and_not_beyond_the_farthest()
    {
        var bucket = new TokenBucket(10);
        var waits = Enumerable.Range(0, 1_000).Select(_ => bucket.Wait(TimeSpan.Zero)).OfType<TimeSpan>().ToArray();

        waits.Length.ShouldBe(990);
        waits.ShouldAllBe(w => w > TimeSpan.Zero && w <= TokenBucket.FarthestTurn);
        waits.Distinct().Count().ShouldBe(990);
    }

    private static IPAddress Source(int number) =>
        IPAddress.Parse(
            string.Create(CultureInfo.InvariantCulture, $"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
        );
}
