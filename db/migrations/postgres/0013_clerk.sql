CREATE TABLE "clerk_event" (
	"clinic_id" uuid NOT NULL,
	"id_hash" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "clerk_event_clinic_id_id_hash_pk" PRIMARY KEY("clinic_id","id_hash")
);
--> statement-breakpoint
CREATE TABLE "clerk_link" (
	"clinic_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"clerk_user_id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "clerk_link_clinic_id_user_id_pk" PRIMARY KEY("clinic_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "clerk_session_ended" (
	"id_hash" text PRIMARY KEY NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "clerk_user" (
	"id_hash" text PRIMARY KEY NOT NULL,
	"seen" bigint NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
ALTER TABLE "invitation" ADD COLUMN "challenge" text;