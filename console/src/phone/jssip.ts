/** Types that JsSIP does not export by its front door. */

export type { RTCSession } from "jssip/lib/RTCSession";
export type { IncomingRTCSessionEvent, RTCSessionEvent } from "jssip/lib/UA";
